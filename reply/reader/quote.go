package reader

// leastQuotation is how many words in a row must be the question's own before they
// count as quoted and not as answered. "Odpisać TAK lub NIE" has four, and nobody
// repeats five words of a reminder by chance.
const leastQuotation = 5

// withoutQuotation takes the question's own words out of a reply that quotes it: the
// words "TAK lub NIE" of a quoted reminder are nobody's answer. Every run of at
// least leastQuotation words goes, so a quotation may be cut short on either side.
func withoutQuotation(words, question []token) []token {
	runs := commonRuns(words, question)
	var out []token
	cut := false
	for i := 0; i < len(words); {
		if runs[i] >= leastQuotation {
			i += runs[i]
			cut = true
			continue
		}
		word := words[i]
		word.stop = word.stop || cut
		cut = false
		out = append(out, word)
		i++
	}
	return out
}

// commonRuns gives for each word how many words from there on stand in the question
// in the same order. Time grows with the product of the lengths, both bounded.
func commonRuns(words, question []token) []int {
	runs := make([]int, len(words))
	next := make([]int, len(question)+1) // runs that begin at the word after i
	for i := len(words) - 1; i >= 0; i-- {
		here := make([]int, len(question)+1)
		for j := range question {
			if words[i].text == question[j].text {
				here[j] = next[j+1] + 1
				runs[i] = max(runs[i], here[j])
			}
		}
		next = here
	}
	return runs
}
