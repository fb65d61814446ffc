package reader_test

import (
	"fmt"

	"goniec/reply/reader"
)

func Example() {
	r, err := reader.New(reader.Options{Languages: []string{"pl", "en", "uk"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	question := reader.Question{Kind: reader.YesNo, Language: "pl", Text: "Wizyta jutro o 10:00. Prosimy odpisać TAK lub NIE."}
	for _, reply := range []string{"Tak, dziękuję", "nie dam rady :(", "niestety tak", "nie, będę", "Tak, ale o 11", "Спасибо, прийду", "wypiszcie mnie"} {
		reading := r.Read(reply, question)
		fmt.Printf("%-16s %-8s %-22s %v\n", reply, reading.Value, reading.Rule, reading.Intents)
	}
	// Output:
	// Tak, dziękuję    yes      yes.word               [thanks]
	// nie dam rady :(  no       no.negated_verb        []
	// niestety tak     unclear  unclear.regret         []
	// nie, będę        unclear  unclear.contradiction  []
	// Tak, ale o 11    unclear  unclear.reschedule     [reschedule]
	// Спасибо, прийду  yes      yes.verb               [thanks]
	// wypiszcie mnie   unclear  unclear.stop           [stop]
}
