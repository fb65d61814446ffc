package main

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"goniec/modem/emulator"
)

// town is an emulated network: modems on pseudo-terminals, and patients who answer
// as patients do. None of them exists.
type town struct {
	network *emulator.Network
	ports   []*emulator.PTY
}

// newTown builds a town with modems of different makes. Commands take about as long as
// in a real network; reports come sooner. tell, if not nil, is called for every text that
// reaches a handset, with the answer.
func newTown(modems int, tell func(text emulator.Text, reply string)) (*town, error) {
	t := &town{network: emulator.NewNetwork(emulator.Options{
		Logger:        slog.New(slog.DiscardHandler),
		Seed:          rand.Uint64(),
		Latency:       emulator.Latency{Answer: 2 * time.Millisecond, Air: 600 * time.Millisecond, LinkedAir: 300 * time.Millisecond},
		DeliveryDelay: 300 * time.Millisecond,
		ReportDelay:   500 * time.Millisecond,
		RetryAfter:    15 * time.Second,
		Location:      time.Local,
	})}
	makes := []emulator.Profile{emulator.HuaweiE3372(), emulator.QuectelEC25()}
	for i := range modems {
		card := t.network.AddSIM(emulator.SIM{USSD: map[string]string{balanceCode: balanceOf(i)}})
		port, err := t.network.NewModem(makes[i%len(makes)], card).OpenPTY()
		if err != nil {
			t.close()
			return nil, fmt.Errorf("open a pseudo-terminal for an emulated modem: %w", err)
		}
		t.ports = append(t.ports, port)
	}
	for _, p := range patients() {
		t.network.Handset(p.number).OnText(func(text emulator.Text) (string, time.Duration) {
			reply, delay := p.answer(text.Text)
			if p.calls > 0 {
				// The call cannot fail, because the text came from a SIM of this network.
				_ = t.network.Handset(p.number).Call(text.From, p.calls)
			}
			if tell != nil {
				tell(text, reply)
			}
			return reply, delay
		})
	}
	return t, nil
}

// modemName returns the name of a modem in the configuration.
func (*town) modemName(i int) string { return "sim-" + string(rune('a'+i)) }

func (t *town) close() {
	// Close only frees memory and pseudo-terminals, which the end of the process frees too.
	_ = t.network.Close()
}

// patient is a person of the town, with a phone.
type patient struct {
	name    string
	number  string
	answers []string      // the patient sends one of them each time; "" is silence
	delay   time.Duration // to the answer, at least; at most half as much again
	calls   int           // rings of a call back in the place of an answer; 0: no call
	// children have visits of which the patient is reminded. Asked back, the patient says
	// which child is meant.
	children []string
}

// balanceCode is the USSD code for the credit of a card of the town. Below balanceAlarm
// the credit raises an alarm.
const (
	balanceCode  = "*101#"
	balanceAlarm = 5
)

// balanceOf returns the answer to balanceCode. Every third card has too little credit.
func balanceOf(i int) string {
	left := [...]string{"25,00", "48,60", "3,20"}
	return "Stan konta: " + left[i%len(left)] + " PLN. Wazne do 31.12.2027"
}

// answer returns what the patient answers to a text, and after which time. No patient
// answers thanks.
func (p patient) answer(text string) (reply string, delay time.Duration) {
	switch {
	case len(p.answers) == 0, strings.HasPrefix(text, "Dziekujemy"), strings.HasPrefix(text, "Nie bedziemy"):
		return "", 0
	case strings.Contains(text, "odpisac numerem"):
		return "1", p.delay
	}
	return p.answers[rand.IntN(len(p.answers))], p.delay + rand.N(p.delay/2+1)
}

// guest is the number in the curl line of the demo: a patient who answers at once.
const guest = "+48600100200"

// callText is the text to a person who has called a SIM of the town.
const callText = "Nie mozemy odebrac telefonu. Oddzwonimy."

// caller is the number of a patient who calls back.
const caller = "+48600100219"

// patients returns the people of the town. What happens to a number that ends in 999 and
// two digits is defined by the emulator.
func patients() []patient {
	const quick, slow = 2 * time.Second, 5 * time.Second
	long := "Dzień dobry, bardzo dziękuję za przypomnienie. Niestety jutro pracuję do późna i nie wiem, czy zdążę, " +
		"ale postaram się zamienić z koleżanką. Czy w razie czego można przełożyć wizytę na czwartek po południu? Pozdrawiam serdecznie."
	return []patient{
		{"Anna", guest, []string{"TAK"}, quick, 0, nil},
		{"Zofia", "+48600100201", []string{"Tak, dziękuję"}, quick, 0, nil},
		{"Jan", "+48600100202", []string{"NIE"}, slow, 0, nil},
		{"Maria", "+48600100203", []string{"tak 😊", "👍"}, quick, 0, nil},
		{"Piotr", "+48600100204", []string{"tak"}, slow, 0, nil},
		{"Katarzyna", "+48600100205", []string{long}, slow, 0, nil},
		{"Andrzej", "+48600100206", nil, 0, 0, nil},
		{"Małgorzata", "+48600100207", []string{"TAK!!!", "Tak, będę"}, quick, 0, nil},
		{"Krzysztof", "+48600100208", []string{"ok", "Oczywiście"}, quick, 0, nil},
		{"Agnieszka", "+48600100209", []string{"Niestety nie dam rady, czy można w piątek?"}, slow, 0, nil},
		{"Stanisław", "+48600100210", []string{"t", "TAK."}, slow, 0, nil},
		{"Barbara", "+48600100211", []string{"Tak, dziękuję i pozdrawiam ❤️"}, slow, 0, nil},
		{"Tomasz", "+48600100212", []string{"👍", "👍🏻"}, quick, 0, nil},
		{"Ewa", "+48600100213", []string{"nie moge, przepraszam"}, quick, 0, nil},
		{"Paweł", "+48600100214", []string{"TAK", ""}, slow, 0, nil},
		{"Krystyna", "+48600100215", []string{"Tak potwierdzam. A czy trzeba być na czczo?"}, slow, 0, nil},
		{"Michał", "+48600100216", nil, 0, 0, nil},
		{"Elżbieta", "+48600100217", []string{"tak tak", "Będę"}, quick, 0, nil},
		{"Łukasz", "+48600100218", []string{"Kto to?"}, slow, 0, nil},
		{"Beata", "+48600100220", []string{"Tak", "tak, dziękuję"}, quick, 0, []string{"Ania", "Jan"}}, // asked back which
		{"Roman", "+48600100221", []string{"Tak, spóźnię się 15 min"}, slow, 0, nil},
		{"Zbigniew", "+48600100222", []string{"proszę nie przysyłać więcej smsów"}, slow, 0, nil},
		{"Nikt", "+48600100223", []string{"Pomyłka, to nie ten numer"}, slow, 0, nil},
		{"Oksana", "+48600100224", []string{"Так, буду"}, quick, 0, nil},
		{"Wanda", caller, nil, 0, 4, nil},                             // calls back, because she prefers to speak
		{"Jadwiga", "+48600199907", []string{"Tak"}, slow, 0, nil},    // the report overtakes the answer of the modem
		{"Marek", "+48600199902", nil, 0, 0, nil},                     // cannot be reached at all
		{"Halina", "+48600199911", nil, 0, 0, nil},                    // the number is not assigned
		{"Janusz", "+48600199918", []string{"TAK"}, quick, 0, nil},    // the network is congested twice
		{"Danuta", "+48600199901", []string{"Tak"}, slow, 0, nil},     // her phone never sends a report
		{"Ryszard", "+48600199910", []string{"dobrze"}, slow, 0, nil}, // delivered, without confirmation
	}
}

// nameOf returns the first name of a patient; empty for any other number.
func nameOf(number string) string {
	for _, p := range patients() {
		if p.number == number {
			return p.name
		}
	}
	return ""
}
