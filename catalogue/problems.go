package catalogue

// problemTexts are the details of API problems.
var problemTexts = map[Key]text{}
