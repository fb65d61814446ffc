package pdu

import (
	"strings"
	"unicode/utf8"
)

// NationalLanguage names a pair of national language tables by its identifier
// in the header elements 0x24 (single shift) and 0x25 (locking shift),
// 3GPP TS 23.040 9.2.3.24.15 and .16. They are read, never written.
type NationalLanguage byte

// The languages of 3GPP TS 23.038 annex A. Other values, and a language without the
// table in question, mean the default table.
const (
	DefaultLanguage NationalLanguage = 0
	Turkish         NationalLanguage = 1
	Spanish         NationalLanguage = 2 // has no locking shift table
	Portuguese      NationalLanguage = 3
	Bengali         NationalLanguage = 4
	Gujarati        NationalLanguage = 5
	Hindi           NationalLanguage = 6
	Kannada         NationalLanguage = 7
	Malayalam       NationalLanguage = 8
	Oriya           NationalLanguage = 9
	Punjabi         NationalLanguage = 10
	Tamil           NationalLanguage = 11
	Telugu          NationalLanguage = 12
	Urdu            NationalLanguage = 13
)

// table holds the characters of the 128 septets. U+FFFD marks a free place: a locking
// table shows U+FFFD, a single shift table leaves the septet to the locking table.
type table [128]rune

// lockingTable returns the table that replaces the default alphabet.
func (l NationalLanguage) lockingTable() *table {
	if int(l) < len(lockingTables) && lockingTables[l] != nil {
		return lockingTables[l]
	}
	return lockingTables[DefaultLanguage]
}

// singleTable returns the table that replaces the extension table.
func (l NationalLanguage) singleTable() *table {
	if int(l) < len(singleTables) {
		return singleTables[l]
	}
	return singleTables[DefaultLanguage]
}

// lockingTables are the tables of 3GPP TS 23.038 A.3.
var lockingTables = [...]*table{
	DefaultLanguage: letterTable(gsm7Default, ""),
	Turkish: changedTable(gsm7Default, map[byte]rune{
		0x04: '€', 0x07: 'ı', 0x0B: 'Ğ', 0x0C: 'ğ', 0x1C: 'Ş', 0x1D: 'ş', 0x40: 'İ', 0x60: 'ç',
	}),
	Portuguese: letterTable("@£$¥êéúíóç\nÔô\rÁá"+
		"Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"+
		" !\"#º%&'()*+,-./"+
		"0123456789:;<=>?"+
		"ÍABCDEFGHIJKLMNO"+
		"PQRSTUVWXYZÃÕÚÜ§"+
		"~abcdefghijklmno"+
		"pqrstuvwxyzãõ`üà", ""),
	Bengali:   letterTable(indianLocking, indianLetters(0x0980, "\x0D\x0E\x11\x12\x29\x31\x33\x34\x35\x45\x46\x49\x4A")+"\u09CE\u09D7\u09DC\u09DD\u09F0\u09F1"),
	Gujarati:  letterTable(indianLocking, indianLetters(0x0A80, "\x0E\x12\x29\x31\x34\x46\x4A")+"\u0AD0\u0AE0\u0AE1\u0AE2\u0AE3\u0AF1"),
	Hindi:     letterTable(indianLocking, indianLetters(0x0900, "")+"\u0950\u0972\u097B\u097C\u097E\u097F"),
	Kannada:   letterTable(indianLocking, indianLetters(0x0C80, "\x01\x0D\x11\x29\x34\x45\x49")+"\u0CD5\u0CD6\u0CE0\u0CE1\u0CE2\u0CE3"),
	Malayalam: letterTable(indianLocking, indianLetters(0x0D00, "\x01\x0D\x11\x29\x3C\x45\x49")+"\u0D57\u0D60\u0D61\u0D62\u0D63\u0D79"),
	Oriya:     letterTable(indianLocking, indianLetters(0x0B00, "\x0D\x0E\x11\x12\x29\x31\x34\x45\x46\x49\x4A")+"\u0B56\u0B57\u0B60\u0B61\u0B62\u0B63"),
	Punjabi: letterTable(indianLocking, indianLetters(0x0A00, "\x0B\x0C\x0D\x0E\x11\x12\x29\x31\x34\x37\x3D\x43\x44\x45\x46\x49\x4A")+
		"\u0A51\u0A70\u0A71\u0A72\u0A73\u0A74"),
	Tamil: letterTable(indianLocking, indianLetters(0x0B80, "\x01\x0B\x0C\x0D\x11\x16\x17\x18\x1B\x1D\x20\x21\x22\x25\x26\x27\x2B\x2C\x2D\x3C\x3D\x43\x44\x45\x49")+
		"\u0BD0\u0BD7\u0BF0\u0BF1\u0BF2\u0BF9"),
	Telugu: letterTable(indianLocking, indianLetters(0x0C00, "\x0D\x11\x29\x34\x3C\x45\x49")+"\u0C55\u0C56\u0C60\u0C61\u0C62\u0C63"),
	Urdu: letterTable(indianLocking, "\u0627\u0622\u0628\u067B\u0680\u067E\u06A6\u062A\u06C2\u067F\u0679\u067D\u067A\u067C"+
		"\u062B\u062C\u0681\u0684\u0683\u0685\u0686\u0687\u062D\u062E\u062F\u068C\u0688\u0689\u068A"+
		"\u068F\u068D\u0630\u0631\u0691\u0693\u0699\u0632\u0696\u0698\u069A\u0633\u0634"+
		"\u0635\u0636\u0637\u0638\u0639\u0641\u0642\u06A9\u06AA\u06AB\u06AF\u06B3\u06B1\u0644\u0645\u0646"+
		"\u06BA\u06BB\u06BC\u0648\u06C4\u06D5\u06C1\u06BE\u0621\u06CC\u06D0\u06D2\u064D\u0650\u064F\u0657"+
		"\u0654\u0655\u0651\u0653\u0656\u0670"),
}

// singleTables are the tables of 3GPP TS 23.038 A.2.
var singleTables = [...]*table{
	DefaultLanguage: letterTable(gsm7Extension, ""),
	Turkish: changedTable(gsm7Extension, map[byte]rune{
		0x47: 'Ğ', 0x49: 'İ', 0x53: 'Ş', 0x63: 'ç', 0x67: 'ğ', 0x69: 'ı', 0x73: 'ş',
	}),
	Spanish: changedTable(gsm7Extension, map[byte]rune{
		0x09: 'ç', 0x41: 'Á', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x61: 'á', 0x69: 'í', 0x6F: 'ó', 0x75: 'ú',
	}),
	Portuguese: changedTable(gsm7Extension, map[byte]rune{
		0x05: 'ê', 0x09: 'ç', 0x0B: 'Ô', 0x0C: 'ô', 0x0E: 'Á', 0x0F: 'á',
		0x12: 'Φ', 0x13: 'Γ', 0x15: 'Ω', 0x16: 'Π', 0x17: 'Ψ', 0x18: 'Σ', 0x19: 'Θ', 0x1F: 'Ê',
		0x41: 'À', 0x49: 'Í', 0x4F: 'Ó', 0x55: 'Ú', 0x5B: 'Ã', 0x5C: 'Õ',
		0x61: 'Â', 0x69: 'í', 0x6F: 'ó', 0x75: 'ú', 0x7B: 'ã', 0x7C: 'õ', 0x7F: 'â',
	}),
	Bengali:  letterTable(indianSingle, "০১২৩৪৫৬৭৮৯"+"\u09DF\u09E0\u09E1\u09E2\u09E3\u09F2\u09F3\u09F4\u09F5\u09F6\u09F7\u09F8\u09F9\u09FA"),
	Gujarati: letterTable(indianSingle, "।॥૦૧૨૩૪૫૬૭૮૯"),
	Hindi: letterTable(indianSingle, "।॥०१२३४५६७८९"+
		"\u0951\u0952\u0953\u0954\u0958\u0959\u095A\u095B\u095C\u095D\u095E\u095F\u0960\u0961\u0962\u0963\u0970\u0971"),
	Kannada:   letterTable(indianSingle, "।॥೦೧೨೩೪೫೬೭೮೯"+"\u0CDE\u0CF1\u0CF2"),
	Malayalam: letterTable(indianSingle, "।॥൦൧൨൩൪൫൬൭൮൯"+"\u0D70\u0D71\u0D72\u0D73\u0D74\u0D75\u0D7A\u0D7B\u0D7C\u0D7D\u0D7E\u0D7F"),
	Oriya:     letterTable(indianSingle, "।॥୦୧୨୩୪୫୬୭୮୯"+"\u0B5C\u0B5D\u0B5F\u0B70\u0B71"),
	Punjabi:   letterTable(indianSingle, "।॥੦੧੨੩੪੫੬੭੮੯"+"\u0A59\u0A5A\u0A5B\u0A5C\u0A5E\u0A75"),
	Tamil:     letterTable(indianSingle, "।॥௦௧௨௩௪௫௬௭௮௯"+"\u0BF3\u0BF4\u0BF5\u0BF6\u0BF7\u0BF8\u0BFA"),
	Telugu:    letterTable(indianSingle, "\uFFFD\uFFFD౦౧౨౩౪౫౬౭౮౯"+"\u0C58\u0C59\u0C78\u0C79\u0C7A\u0C7B\u0C7C\u0C7D\u0C7E\u0C7F"),
	Urdu: letterTable(indianSingle, "\u0600\u0601۰۱۲۳۴۵۶۷۸۹"+
		"\u060C\u060D\u060E\u060F\u0610\u0611\u0612\u0613\u0614\u061B\u061F\u0640\u0652\u0658\u066B\u066C\u0672\u0673\u06CD\u06D4"),
}

// The common part of the Indian and Urdu tables. The letters of a language fill the
// free places in order.
const (
	indianLocking = "����������\n��\r��" +
		"�����������\x1b����" +
		" !������)(��,�.�" +
		"0123456789:;���?" +
		"����������������" +
		"����������������" +
		"�abcdefghijklmno" +
		"pqrstuvwxyz�����"
	indianSingle = "@£$¥¿\"¤%&'\f*+\r-/" +
		"<=>¡^¡_#*��\x1b����" +
		"��������{}�����\\" +
		"������������[~]�" +
		"|ABCDEFGHIJKLMNO" +
		"PQRSTUVWXYZ�����" +
		"�����€����������" +
		"����������������"
)

// indianLetters returns the signs, vowels, consonants and vowel signs of an Indian
// script in the order of the locking tables, which is that of Unicode. The blocks of
// these scripts have the same layout; a script lacks some letters. without lists the
// block offsets of the missing letters, whose places in the table stay free.
func indianLetters(block rune, without string) string {
	const first, last = 0x01, 0x4D
	const inNoTable = "\x04\x3A\x3B"
	var letters strings.Builder
	for offset := rune(first); offset <= last; offset++ {
		switch {
		case strings.ContainsRune(inNoTable, offset):
		case strings.ContainsRune(without, offset):
			letters.WriteRune(utf8.RuneError)
		default:
			letters.WriteRune(block + offset)
		}
	}
	return letters.String()
}

// letterTable returns the table of frame with letters in its free places, in order.
func letterTable(frame, letters string) *table {
	var t table
	free := []rune(letters)
	for i, r := range []rune(frame) {
		if r == utf8.RuneError && len(free) > 0 {
			r, free = free[0], free[1:]
		}
		t[i] = r
	}
	return &t
}

// changedTable returns the table of frame with changes made to it.
func changedTable(frame string, changes map[byte]rune) *table {
	t := letterTable(frame, "")
	for septet, r := range changes {
		t[septet] = r
	}
	return t
}
