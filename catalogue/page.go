package catalogue

// pageTexts are the fixed words of the page at /docs, by "page." and a name. What it
// says about operations and fields is the document's own, in English.
var pageTexts = map[Key]text{
	"page.contents":   {pl: "Spis treści", en: "Contents", es: "Índice"},
	"page.types":      {pl: "Typy", en: "Types", es: "Tipos"},
	"page.problems":   {pl: "Błędy", en: "Problems", es: "Problemas"},
	"page.parameters": {pl: "Parametry", en: "Parameters", es: "Parámetros"},
	"page.name":       {pl: "Nazwa", en: "Name", es: "Nombre"},
	"page.in":         {pl: "Gdzie", en: "In", es: "Dónde"},
	"page.type":       {pl: "Typ", en: "Type", es: "Tipo"},
	"page.meaning":    {pl: "Znaczenie", en: "Meaning", es: "Significado"},
	"page.answers":    {pl: "Odpowiedzi", en: "Answers", es: "Respuestas"},
	"page.status":     {pl: "Status", en: "Status", es: "Estado"},
	"page.means":      {pl: "Znaczy", en: "Means", es: "Significa"},
	"page.body":       {pl: "Treść", en: "Body", es: "Cuerpo"},
	"page.field":      {pl: "Pole", en: "Field", es: "Campo"},
	"page.code":       {pl: "Kod", en: "Code", es: "Código"},
	"page.detail":     {pl: "Opis", en: "Detail", es: "Detalle"},
	"page.required":   {pl: "wymagane", en: "required", es: "obligatorio"},
	"page.one_of":     {pl: "Jedno z:", en: "One of", es: "Uno de"},
	"page.default":    {pl: "Domyślnie", en: "Default", es: "Por defecto"},
	"page.example":    {pl: "Przykład:", en: "Example:", es: "Ejemplo:"},
	"page.time":       {pl: "czas", en: "time", es: "hora"},
	"page.list_of":    {pl: "lista: %s", en: "list of %s", es: "lista de %s"},
	"page.range":      {pl: "%s, od %g do %g", en: "%s, %g to %g", es: "%s, de %g a %g"},
	"page.at_most": {
		pl: "%s, najwyżej %d {2:znak|znaki|znaków}",
		en: "%s, at most %d {2:character|characters}",
		es: "%s, como máximo %d {2:carácter|caracteres}",
	},
	"page.star": {
		pl: "Gwiazdka znaczy: pole jest zawsze, a w zapytaniu trzeba je podać.",
		en: "A star marks what is always there, in a request what must be given.",
		es: "El asterisco marca lo que siempre está y, en una petición, lo que hay que indicar.",
	},
	"page.problems_intro": {
		pl: "Te ze statusem dotyczą całego zapytania; pozostałe stoją w jego `errors`, po jednym na pole. Opisy są po polsku, angielsku i hiszpańsku.",
		en: "Those with a status are problems of a whole request; the others stand in its `errors`, one a field. Details come in Polish, English and Spanish.",
		es: "Los que tienen estado son de la petición entera; los demás están en su `errors`, uno por campo. Los detalles vienen en polaco, inglés y español.",
	},
}
