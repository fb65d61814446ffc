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

	replyText Key = "reply."
)

// ReplyText returns the built-in text of a kind that goes back to a patient, in the
// languages of the catalogue; ok is false for another language.
func ReplyText(language, kind string) (text string, ok bool) {
	lang := Language(language)
	if lang != Polish && lang != English && lang != Spanish {
		return "", false
	}
	key := replyText + Key(kind)
	text = Text(lang, key)
	return text, text != string(key)
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
