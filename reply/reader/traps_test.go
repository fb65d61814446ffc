package reader_test

import (
	"testing"

	"goniec/reply/reader"
)

// TestTraps holds replies that say yes or nothing, and look like a no, and the other way
// round. Each would cancel a visit or keep a chair empty if a reader went by its words.
func TestTraps(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	questions := readQuestions(t)
	for asked, replies := range map[string][]string{
		"pl.visit": {
			"Nie, jestem umówiona", "Nie, mam wizytę jutro", "nie przyjdę z mamą", "Nie będę z synem", "nie będę punktualnie", "Nie zdążę na 10", "nie zdążę na czas",
			"nie będę o 10", "Nie dam rady na 10", "nie mogę rano", "nie potrzebuję przypomnienia", "nie potrzebuję przypomnień sms", "nie chcę do dr Nowaka", "Nie chcę zabiegu", "nie mogę potwierdzić",
			"nie mogę jeszcze potwierdzić", "odwołuję odwołanie", "Anuluję rezygnację", "proszę anulować odwołanie", "odwołuję rezygnację z wizyty", "nie będę mogła odwołać", "nie dam rady odwołać",
			"Będzie dobrze", "wszystko ok", "nie będzie problemu", "chcę wizytę", "Pani doktor powiedziała tak", "pani doktor mówiła że tak", "dr powiedział że nie trzeba", "tak anna zapomniała",
			"Nie przyjdę spóźniona", "nie jutro będę", "nie przyjdę bez skierowania", "Nie będę jadła", "nie mogę jeść", "Nie mogę czekać", "nie mogę chodzić", "nie chcę czekać", "nie będę ukrywać że się boję",
			"Nie jest to pomyłka, będę", "nie jestem chora", "nie mam gorączki", "nie mam covid", "Nie pracuję", "nie wyjechałam", "tak wyjechałam", "Tak, jestem w szpitalu", "tak, mam gorączkę",
			"Niech będzie", "nie no tak", "tak no nie", "nie powiem nie", "nie powiem że nie", "nie mówię nie", "nie odmówię", "Nie odmawiam", "nie zwalniam terminu", "termin nie odwołany", "wizyta nie odwołana", "wizyta nieodwołana",
			"Wizyta odwołana?", "czy wizyta odwołana", "Dlaczego odwołujecie", "odwołaliście mi wizytę", "nie odwołujcie", "Nie kasujcie wizyty", "nie anulować", "nie wykreślać", "proszę mnie nie skreślać", "Nie rezygnujemy!",
			"tak jak pisałam nie przyjdę", "tak jak mówiłam", "tak bardzo się boję", "tak późno?", "ok, ale po 12", "ok nie", "Ok, rezygnuję", "dobrze że przypominacie", "dobra zmiana", "jasne że nie", "oczywiście, że nie przyjdę z psem",
			"spoko nie ma mnie", "mogę zadzwonić", "Mogę prosić o receptę?", "potwierdzam odbiór sms", "Potwierdzam otrzymanie wiadomości", "potwierdzam że dostałam", "będę dzwonić", "będę wdzięczna za kontakt", "będę miała operację", "przyjdę po receptę",
			"nie nie tak", "nie! tak! nie!", "nie. Będę.", "NIE będę punktualnie", "nieee no będę", "Nie widzę przeszkód", "nie ma przeszkód", "Nie mam nic przeciwko", "czemu nie", "czemu nie?", "Dlaczego nie", "kto nie", "jak nie jak tak", "a nie mówiłam", "oby nie",
			"tak - nie mogę", "nie - mogę", "nie (będę)", "nie...będę", "nie będę nie przyjść", "Nie, to dobrze", "nie nic", "nie nic takiego", "Nie do wiary", "nie za bardzo", "nie bardzo", "no raczej", "no raczej nie", "nie ten dzień", "nie tym razem",
			"nie przyjdzie", "mama nie będzie zadowolona", "Nie potwierdzam tylko pytam", "nie odpisałam bo byłam w pracy", "nie odpisałem, przepraszam", "nie zdążyłam odpisać", "nie wyrażam zgody na operację", "nie biorę leków", "nie będę w pracy", "nie będę jutro w pracy", "Nie będę na urlopie", "nie będę chora", "nie chcę tego lekarza", "nie chcę do tego lekarza", "rezygnuję z tego lekarza", "Rezygnuję z dr Nowaka", "odwołuję syna", "nie przyjdę do was do domu", "nie mogę do dentysty",
			"nie mam pytań", "nie mam uwag", "nie jem od rana", "Nie jadłam śniadania", "nie piję", "nie palę", "nie gryzie", "nie boli", "Nie boli mnie już", "już nie boli",
		},
		"en.visit": {
			"No I am in the clinic", "no my son is coming", "I can't come with my mother", "I won't be there on time", "can't make it at 10", "I can't come in the morning", "No, it is the appointment", "I cannot confirm", "no cancel", "I'm fine, thank you", "please confirm", "not coming alone",
			"cancel my reminder", "cancel the texts", "I will not be cancelling", "I have no fever", "I am not ill", "never mind", "no change", "no changes", "No issue", "no fever", "No need", "no need to cancel", "No, all good", "not a problem", "I can't remember", "nothing", "now", "know", "yes I am sick", "yes but I can't", "I can not only come but bring my son",
			"I can't thank you enough", "cant believe it", "will you cancel", "did you cancel?", "was it cancelled", "has my appointment been cancelled?", "not cancelled", "sure I can't", "coming home", "fine then cancel", "ok cancel", "confirm cancellation", "I confirm I won't come", "yes, cancel it",
		},
		"es.visit": {
			"no voy a cancelar", "No voy a cancelar la cita", "no pienso cancelar", "no quiero cancelar", "si no puedo ir cancelo", "no puedo a las 10", "no puedo con mi hijo", "no voy solo", "no se cancela", "¿no?", "sí que no", "cómo no", "como no", "no te preocupes", "no pasa nada", "no falta nada", "no es necesario cancelar", "no tengo fiebre", "no estoy enfermo", "no llegaré tarde", "por favor confirme", "si es posible", "a no ser que llueva", "no solo iré", "no iré sin mi hijo", "no podré confirmar", "no he cancelado", "no estaré en el hospital",
		},
		"uk.visit": {
			"Не буду скасовувати", "не треба скасовувати", "ні, я на прийом", "Ні, все добре", "не хвора", "я не хвора", "не прийду з мамою", "не встигну на 10", "ні так", "не хочу відміняти", "не відмовляюсь", "та ні, буду", "чому ні", "не запізнюся", "не питання", "не буду запізнюватись", "да нет", "та ну", "не зможу підтвердити",
		},
		"any.visit": {"no", "si", "no no", "no, gracias?"},
		"pl.digits": {"nie 1", "1 osoba", "2 osoby", "1-2", "2 x", "za 2 dni", "będę za 2 minuty 2", "mam 2 dzieci", "1 dziecko"},
	} {
		for _, reply := range replies {
			if got := r.Read(reply, questions[asked]); got.Value != reader.Unclear {
				t.Errorf("%s: %q read as %s by %s, want unclear", asked, reply, got.Value, got.Rule)
			}
		}
	}
}
