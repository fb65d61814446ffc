package catalogue

// configTexts are mistakes in the configuration, each with its remedy.
var configTexts = map[Key]text{}
