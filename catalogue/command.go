package catalogue

// commandTexts are what the command line says.
var commandTexts = map[Key]text{}
