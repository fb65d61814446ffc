package catalogue

// What has to do with answers of patients: the texts that go back by themselves, the
// mistakes in their configuration, problems, and what the command line says.
const (
	ConfigReplyWord       Key = "config.reply_word" // word, reason
	ConfigReplyWordRemedy Key = "config.reply_word.remedy"
	ConfigNoChoices       Key = "config.no_choices"
	ConfigNoChoicesRemedy Key = "config.no_choices.remedy"
	ConfigNoPhone         Key = "config.no_phone"
	ConfigNoPhoneRemedy   Key = "config.no_phone.remedy"

	CommandReply             Key = "command.reply"
	CommandReplyRead         Key = "command.reply.read"
	FlagQuestion             Key = "flag.question"
	FlagQuestionLanguage     Key = "flag.question_language"
	FlagQuestionLabel        Key = "flag.question_label"
	CommandSuppression       Key = "command.suppression"
	CommandSuppressionList   Key = "command.suppression.list"
	CommandSuppressionAdd    Key = "command.suppression.add"
	CommandSuppressionRemove Key = "command.suppression.remove"
	FlagSuppressionTo        Key = "flag.suppression_to"
	FlagSuppressionPurpose   Key = "flag.suppression_purpose"
	FlagNote                 Key = "flag.note"
	HeadID                   Key = "head.id"
	HeadNumber               Key = "head.number"
	HeadPurpose              Key = "head.purpose"
	HeadSinceWhen            Key = "head.since_when"
	HeadSource               Key = "head.source"
	HeadNote                 Key = "head.note"
	WaitsUnclear             Key = "waits.unclear"
	DemoAnswers              Key = "demo.answers" // yes, no, unclear, waiting
)

// ReplyText returns the built-in text of a kind that goes back to a patient, in the
// languages of the catalogue; ok is false for another language.
func ReplyText(language, kind string) (text string, ok bool) {
	lang := Language(language)
	if lang != Polish && lang != English && lang != Spanish {
		return "", false
	}
	key := Key("reply." + kind)
	return Text(lang, key), Has(key)
}

// Texts to patients keep to letters of the GSM alphabet where they can, so that they
// are one part, and give the phone only where there is one.
var replyTexts = map[Key]text{
	"reply.thanks_yes": {
		pl: "Dziekujemy za potwierdzenie.",
		en: "Thank you for confirming.",
		es: "Gracias por confirmar.",
	},
	"reply.thanks_no": {
		pl: "Dziekujemy za informacje. Zapisalismy: NIE.",
		en: "Thank you for letting us know. We noted: NO.",
		es: "Gracias por avisar. Hemos anotado: NO.",
	},
	"reply.thanks": {
		pl: "Dziekujemy za odpowiedz.",
		en: "Thank you for your answer.",
		es: "Gracias por su respuesta.",
	},
	"reply.unclear": {
		pl: "Nie rozumiemy odpowiedzi. Prosimy odpisac jednym slowem: TAK albo NIE.",
		en: "We did not understand. Please answer with one word: YES or NO.",
		es: "No hemos entendido. Por favor, responda con una palabra: SI o NO.",
	},
	"reply.unclear_choice": {
		pl: "Nie rozumiemy odpowiedzi. Prosimy odpisac numerem:\n{choices}",
		en: "We did not understand. Please answer with a number:\n{choices}",
		es: "No hemos entendido. Por favor, responda con un numero:\n{choices}",
	},
	"reply.which": {
		pl: "Ktorej wizyty dotyczy odpowiedz? Prosimy odpisac numerem:\n{choices}",
		en: "Which appointment do you mean? Please answer with its number:\n{choices}",
		es: "A que cita se refiere? Por favor, responda con su numero:\n{choices}",
	},
	"reply.every": {
		pl: "wszystkie",
		en: "all of them",
		es: "todas",
	},
	"reply.reschedule": {
		pl: "Przekazalismy prosbe o inny termin rejestracji. Do czasu odpowiedzi obowiazuje termin dotychczasowy.",
		en: "We passed your wish for another time on to reception. Until you hear from us the present time holds.",
		es: "Hemos pasado su peticion de otra hora a recepcion. Hasta que le contestemos sigue valiendo la hora actual.",
	},
	"reply.person": {
		pl: "Dziekujemy, wiadomosc odczyta pracownik rejestracji.",
		en: "Thank you, somebody at reception will read your message.",
		es: "Gracias, alguien de recepcion leera su mensaje.",
	},
	"reply.late": {
		pl: "Na te odpowiedz jest juz za pozno, niczego nie zmienilismy. Prosimy o telefon do rejestracji.",
		en: "It is too late for this answer, we have changed nothing. Please call reception.",
		es: "Es tarde para esta respuesta, no hemos cambiado nada. Por favor, llame a recepcion.",
	},
	"reply.out_of_hours": {
		pl: "Rejestracja jest teraz nieczynna. Wiadomosc odczytamy, gdy ja otworzymy.",
		en: "Reception is closed now. We will read your message when it opens.",
		es: "La recepcion esta cerrada ahora. Leeremos su mensaje cuando abra.",
	},
	"reply.unknown": {
		pl: "Dziekujemy za wiadomosc, odczyta ja pracownik rejestracji.",
		en: "Thank you for your message, somebody at reception will read it.",
		es: "Gracias por su mensaje, alguien de recepcion lo leera.",
	},
	"reply.stopped": {
		pl: "Nie bedziemy wysylac wiecej takich wiadomosci. Aby je przywrocic, prosimy odpisac START.",
		en: "You will get no more of these messages. To get them again, answer START.",
		es: "No recibira mas mensajes de este tipo. Para volver a recibirlos, responda ALTA.",
	},
	"reply.started": {
		pl: "Znowu bedziemy wysylac wiadomosci. Aby je zatrzymac, prosimy odpisac STOP.",
		en: "You will get messages again. To stop them, answer STOP.",
		es: "Volvera a recibir mensajes. Para dejar de recibirlos, responda BAJA.",
	},
	"problem.conversation_not_found": {
		pl: "Nie ma takiej rozmowy. Listę daje GET /v1/conversations.",
		en: "There is no such conversation. GET /v1/conversations lists them.",
		es: "No existe esa conversación. GET /v1/conversations da la lista.",
	},
	"problem.suppression_not_found": {
		pl: "Nie ma takiego zakazu. Listę daje GET /v1/suppressions.",
		en: "There is no such suppression. GET /v1/suppressions lists them.",
		es: "No existe esa supresión. GET /v1/suppressions da la lista.",
	},
	"problem.suppressed": {
		pl: "Do tego numeru nie wolno pisać w tym celu: ta osoba tego nie chce albo zapisał tak personel. GET /v1/suppressions pokazuje od kiedy; jeśli osoba zmieniła zdanie, usuń zakaz.",
		en: "This number must not be written to for this purpose: the person does not want it, or staff has said so. GET /v1/suppressions tells since when; if the person has changed their mind, delete it.",
		es: "No se puede escribir a este número con este fin: la persona no lo quiere o lo anotó el personal. GET /v1/suppressions dice desde cuándo; si la persona ha cambiado de opinión, elimine la supresión.",
	},
	"message.suppressed": {
		pl: "Nie wysłano: do tego numeru nie wolno pisać w tym celu.",
		en: "Not sent: this number must not be written to for this purpose.",
		es: "No enviado: no se puede escribir a este número con este fin.",
	},
	"problem.question_kind": {
		pl: "Nieznany rodzaj pytania. Podaj yes_no, choice, number albo free.",
		en: "Unknown kind of question. Give yes_no, choice, number or free.",
		es: "Tipo de pregunta desconocido. Indique yes_no, choice, number o free.",
	},
	"problem.question_labels": {
		pl: "Pytanie choice ma od 2 do 9 odpowiedzi w labels, każda do 40 znaków; inne pytania nie mają labels.",
		en: "A choice has 2 to 9 answers in labels, up to 40 characters each; other questions have no labels.",
		es: "Una pregunta choice tiene de 2 a 9 respuestas en labels, de hasta 40 caracteres; las demás no llevan labels.",
	},
	"problem.question_range": {
		pl: "Pytanie number ma min mniejsze niż max; inne pytania nie mają ani min, ani max.",
		en: "A number has a min that is less than its max; other questions have neither.",
		es: "Una pregunta number tiene min menor que max; las demás no llevan ninguno.",
	},
	"problem.question_until": {
		pl: "Koniec pytania już minął albo jest dalej niż za rok. Podaj czas przed wizytą.",
		en: "The end of the question has passed, or is more than a year ahead. Give a time before the visit.",
		es: "El fin de la pregunta ya pasó o está a más de un año. Indique una hora anterior a la cita.",
	},
	"problem.question_change_until": {
		pl: "Odpowiedzi nie można zmieniać dłużej, niż można odpowiadać. Podaj czas nie późniejszy niż until.",
		en: "An answer cannot be changed for longer than it can be given. Give a time no later than until.",
		es: "Una respuesta no puede cambiarse más tiempo del que puede darse. Indique una hora no posterior a until.",
	},
	"problem.question_about": {
		pl: "about jest za długie: najwyżej 60 znaków.",
		en: "about is too long: at most 60 characters.",
		es: "about es demasiado largo: 60 caracteres como máximo.",
	},
	"problem.question_also_from": {
		pl: "also_from ma najwyżej 5 numerów.",
		en: "also_from has at most 5 numbers.",
		es: "also_from tiene como máximo 5 números.",
	},
	"problem.question_language": {
		pl: "Język to dwie litery: pl, en, es albo uk.",
		en: "A language is two letters: pl, en, es or uk.",
		es: "Un idioma son dos letras: pl, en, es o uk.",
	},
	CommandReply:         {"Odpowiedzi pacjentów", "Answers of patients", "Respuestas de pacientes"},
	CommandReplyRead:     {"Pokaż, jak bramka przeczyta odpowiedź", "Show how the gateway would read an answer", "Mostrar cómo leería la pasarela una respuesta"},
	FlagQuestion:         {"tekst pytania, na które to odpowiedź", "the text of the question it answers", "el texto de la pregunta que contesta"},
	FlagQuestionLanguage: {"język pytania: pl, en, es, uk", "language of the question: pl, en, es, uk", "idioma de la pregunta: pl, en, es, uk"},
	FlagQuestionLabel:    {"odpowiedź do wyboru; podaj kilka razy", "an answer to choose from; give it several times", "una respuesta para elegir; indíquelo varias veces"},
	CommandSuppression:   {"Do kogo nie wolno pisać", "Who must not be written to", "A quién no se debe escribir"},
	CommandSuppressionList: {
		"Pokaż, do kogo nie wolno pisać",
		"List who must not be written to",
		"Mostrar a quién no se debe escribir",
	},
	CommandSuppressionAdd: {
		"Zapisz, że do numeru nie wolno pisać",
		"Note that a number must not be written to",
		"Anotar que no se debe escribir a un número",
	},
	CommandSuppressionRemove: {
		"Pozwól znowu pisać do numeru",
		"Allow writing to a number again",
		"Permitir de nuevo escribir a un número",
	},
	FlagSuppressionTo:      {"tylko tego numeru", "only of this number", "solo de este número"},
	FlagSuppressionPurpose: {"cel: care, information, marketing, staff albo all", "purpose: care, information, marketing, staff or all", "fin: care, information, marketing, staff o all"},
	FlagNote:               {"dlaczego", "why", "por qué"},
	HeadID:                 {"ID", "ID", "ID"},
	HeadNumber:             {"NUMER", "NUMBER", "NÚMERO"},
	HeadPurpose:            {"CEL", "PURPOSE", "FIN"},
	HeadSinceWhen:          {"OD", "SINCE", "DESDE"},
	HeadSource:             {"SKĄD", "SOURCE", "ORIGEN"},
	HeadNote:               {"UWAGA", "NOTE", "NOTA"},
	DemoAnswers: {
		"Odczytane odpowiedzi: tak %d, nie %d, niejasne %d. Na rejestrację {4:czeka|czekają|czeka} %d {4:rozmowa|rozmowy|rozmów}.",
		"Answers read: yes %d, no %d, unclear %d. %d {4:conversation waits|conversations wait} for reception.",
		"Respuestas leídas: sí %d, no %d, poco claras %d. %d {4:conversación espera|conversaciones esperan} a recepción.",
	},
	"answer.yes":         {"TAK", "YES", "SÍ"},
	"answer.no":          {"NIE", "NO", "NO"},
	"answer.unclear":     {"niejasne", "unclear", "poco claro"},
	"answer.choice":      {"wybór", "choice", "opción"},
	"answer.number":      {"liczba", "number", "número"},
	"answer.text":        {"tekst", "text", "texto"},
	"says.deceased":      {"pacjent nie żyje", "the patient has died", "el paciente ha fallecido"},
	"says.wrong_person":  {"to nie ten numer", "wrong number", "número equivocado"},
	"says.hostile":       {"jest zły", "is angry", "está enfadado"},
	"says.stop":          {"nie chce SMS-ów", "wants no texts", "no quiere más SMS"},
	"says.reschedule":    {"chce inny termin", "wants another time", "quiere otra hora"},
	"says.late":          {"spóźni się", "comes late", "llegará tarde"},
	"says.question_back": {"o coś pyta", "asks something back", "pregunta algo"},
	// How a text was matched that says nothing of these.
	"waits.nothing_asked": {"pisze, choć nie było pytania", "writes without having been asked", "escribe sin que se le haya preguntado"},
	"waits.late":          {"odpowiada za późno", "answers too late", "responde demasiado tarde"},
	"waits.after_change":  {"za późno zmienia odpowiedź", "changes the answer too late", "cambia la respuesta demasiado tarde"},
	"waits.wavering":      {"ciągle zmienia odpowiedź", "keeps changing the answer", "cambia la respuesta una y otra vez"},
	"waits.several_open":  {"nie wiadomo, o którą wizytę chodzi", "it is not clear which appointment is meant", "no está claro a qué cita se refiere"},
	"waits.incomplete":    {"brakuje części SMS-a", "parts of the text are missing", "faltan partes del SMS"},
	"waits.stop":          {"nie chce SMS-ów", "wants no texts", "no quiere más SMS"},
	"waits.not_text":      {"to nie jest tekst", "this is no text", "no es un texto"},
	WaitsUnclear:          {"odpowiedź jest niejasna", "the answer is not clear", "la respuesta no está clara"},
	StatusText("waiting"): {"dla rejestracji", "for reception", "para recepción"},
	ConfigReplyWord: {
		"słowa %q nie można dodać: %s",
		"the word %q cannot be added: %s",
		"la palabra %q no se puede añadir: %s",
	},
	ConfigReplyWordRemedy: {
		"Wpisz słowo lub krótki zwrot bez cyfr, którego nie ma w innej liście i które nie znaczy już czegoś innego (goniec reply read \"słowo\" pokazuje, jak jest czytane)",
		"Write a word or a short phrase without digits that is in no other list and does not mean something else already (goniec reply read \"word\" shows how it is read)",
		"Escriba una palabra o una frase corta sin cifras que no esté en otra lista ni signifique ya otra cosa (goniec reply read \"palabra\" muestra cómo se lee)",
	},
	ConfigNoChoices: {
		"w tekście brakuje {choices}, więc nie ma w nim tego, z czego wybierać",
		"the text lacks {choices}, so it does not say what there is to choose from",
		"al texto le falta {choices}, así que no dice qué hay para elegir",
	},
	ConfigNoChoicesRemedy: {
		"Wpisz {choices} tam, gdzie ma stać lista z numerami",
		"Write {choices} where the list with numbers is to stand",
		"Escriba {choices} donde deba ir la lista con números",
	},
	ConfigNoPhone: {
		"tekst podaje {phone}, a replies.phone jest puste",
		"the text gives {phone}, and replies.phone is empty",
		"el texto da {phone}, y replies.phone está vacío",
	},
	ConfigNoPhoneRemedy: {
		"Wpisz numer w replies.phone albo usuń {phone} z tekstu",
		"Write the number in replies.phone, or take {phone} out of the text",
		"Escriba el número en replies.phone o quite {phone} del texto",
	},
}
