package reader

import "sync"

// Words by which people speak of all, of none and of the others of several questions, in all
// languages.
const (
	wordsForAll = `obie, oba, obydwie, obydwa, obydwaj, oboje, obydwoje, obaj, obu, obie/oba/wszystkie wizyty, obydwie/obydwa wizyty, oba/obydwa terminy, oba dni, w oba dni, obu wizyt, obu wizytach, obu terminów, na/w/z obu, na/w obu wizytach, na obie/oba, na obie wizyty, na oba terminy, dla obu, dla obojga, wszystkie, wszystko, wszyscy, wszystkich,
		wszystkie wizyty/terminy, wszystkie dwie/trzy/cztery, wszyscy troje/trzej, cała dwójka/trójka/czwórka, całą dwójką/trójką, we dwoje/troje, jedna i druga, jedno i drugie, jeden i drugi, jedną i drugą, i jedna i druga, i jedno i drugie, dwa razy, oba razy, komplet, wszyscy razem, 1 i 2,
		both, both of them, both of us, both appointments, to both, for both, all, all of them, all of us, all three, all appointments, all visits, everybody, everyone, the lot, each of them,
		las dos, los dos, las dos citas, ambas, ambos, ambas citas, todas, todos, todas las citas, las tres, los tres, a las dos, a los dos, a ambas, para las dos, todo, una y otra, uno y otro,
		обидва, обидві, обоє, обох, обидва візити, обидва записи, всі, усі, все, всіх, всі троє, всі три, на обидва, на обидві, обе, оба, обоих, все`
	wordsForNone = `żadna, żaden, żadne, żadnej, żadnego, żadną, żadna z nich, żaden z nich, żadne z nich, na żadną, na żaden, z żadnej, żadnej z nich, nikt, nikt z nas/nich, ani jedna, ani jeden, ani jedno, ani jedna ani druga, ani jedno ani drugie, ani tu ani tu,
		neither, neither of them, neither of us, none, none of them, none of us, nobody, no one,
		ninguna, ninguno, ninguna de las dos, ninguno de los dos, ni una ni otra, nadie, жоден, жодна, жодне, жодного, жодної, ніхто, ніхто з нас, ни один, ни одна, никто`
	wordsForRest = `reszta, resztę, reszty, resztą, pozostałe, pozostali, pozostałych, pozostała, pozostałą, inne, inni, the rest, the others, the other, the other one, los demás, las demás, el resto, la otra, el otro, решта, решту, інші, інша, інший, остальные, остальное, druga nie, ta druga, ten drugi, tę drugą, drugą, druga, drugi`
	wordsForOne  = `jedna, jeden, jedno, jedną, tylko jedna/jeden/jedną, jedna z nich, jeden z nich, jedną z nich, któraś, któryś, one, one of them, only one, one of us, just one, una, uno, solo una, solo uno, una de las dos, uno de los dos, una de ellas, одна, один, одну, тільки одна, лише одна, одна з них`
	// wordsThatTurn go with a changed mind.
	wordsThatTurn = `jednak, jednakże, zmiana, rozmyśliłam, rozmyśliłem, rozmyśliliśmy, zmieniłam, zmieniłem, pomyłkowo, actually, after all, on second thoughts, changed, al final, finalmente, pensándolo, все-таки, таки, все ж, все таки, всё-таки, всетаки, передумала, передумав, передумал`
)

// wholes are those words by phrase, folded.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var wholes = sync.OnceValue(func() map[string]naming {
	out := map[string]naming{}
	for list, n := range map[string]naming{wordsForAll: {all: true}, wordsForNone: {none: true}, wordsForRest: {rest: true}, wordsForOne: {one: true}} {
		for phrase := range set(list) {
			out[phrase] = n
		}
	}
	return out
})

// alike are the words by which a reply says what the last one said.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var alike = sync.OnceValue(func() map[string]bool {
	return set("też, również, także, tak samo, also, too, likewise, también, tampoco, igual, теж, також, тоже, также")
})

// only are the words before a name that leave the others open.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var only = sync.OnceValue(func() map[string]bool {
	return set("tylko, jedynie, only, just, solo, sólo, solamente, тільки, лише, только")
})

// shortDays are the abbreviations of days in what questions are about, with the keys of days.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var shortDays = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for day, words := range map[string]string{
		"mon": "pn, pon, mon, lun, пн", "tue": "wt, tue, tues, mar, вт", "wed": "śr, wed, mié, ср", "thu": "czw, thu, thur, thurs, jue, чт",
		"fri": "pt, fri, vie, пт", "sat": "sob, sb, sat, sáb, сб", "sun": "nd, ndz, niedz, sun, dom, нд",
	} {
		for word := range set(words) {
			out[word] = day
		}
	}
	return out
})

// turning are the words that go with a changed mind, folded. Of a phrase each word counts.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var turning = sync.OnceValue(func() map[string]bool {
	out := set(wordsThatTurn)
	for _, phrase := range []string{"al final", "after all", "все таки", "все ж"} {
		delete(out, phrase)
	}
	out["final"], out["таки"] = true, true
	return out
})
