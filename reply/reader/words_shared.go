package reader

// tablesOf gives the tables of a language: Ukrainian is also written in Latin letters.
func tablesOf(language string) []table {
	switch language {
	case "pl":
		return []table{withIdioms(polish())}
	case "en":
		return []table{withIdioms(english())}
	case "es":
		return []table{withIdioms(spanish())}
	case "uk":
		return []table{withIdioms(ukrainian()), ukrainianLatin()}
	}
	return nil
}

// shared are the words that people write in every language. A language's own table
// outranks them.
func shared() map[role]string {
	return map[role]string{
		roleYes:       "ok, okay, okey, okej, oki, oke, okk, " + emojiYes,
		roleNo:        emojiNo,
		roleThanks:    emojiThanks + ", thx, thanks, thank you, dziękuję, dzięki, gracias, дякую, спасибо, merci, danke",
		roleHedge:     emojiDoubt,
		roleAsk:       emojiAsk,
		roleStopWord:  "stop",
		roleStartWord: "start",
		roleName:      "anna, maria, jan, john, peter, olena, iryna",
		roleOther:     "lol, xd, haha, hahaha, hm, hmm, hmmm, mhm, aha, ahh, yhm, gm",
	}
}
