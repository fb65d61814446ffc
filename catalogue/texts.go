package catalogue

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
)

// files are the texts. A key stands at the beginning of its line, and below it, each
// behind a tab, the tag of a language, a blank and what the key says in that language,
// in quotes as in Go where it has more than one line. A # begins a comment.
//
//go:embed texts/*.txt
var files embed.FS

// allTexts are texts by their keys.
type allTexts map[Key]text

// texts returns all texts. A file that cannot be read is a bug that every test of this
// package finds.
var texts = sync.OnceValue(func() allTexts {
	all := allTexts{}
	names, err := fs.Glob(files, "texts/*.txt")
	for _, name := range names {
		var content []byte
		if content, err = files.ReadFile(name); err == nil {
			err = readTexts(name, string(content), all)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		panic(err)
	}
	return all
})

// readTexts adds the texts of one file to all. Its error names the line.
func readTexts(name, content string, all allTexts) (err error) {
	key, known := Key(""), map[Key]bool{}
	for i, line := range strings.Split(content, "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '\t':
			err = all.add(key, line[1:])
		default:
			key = Key(line)
			if _, elsewhere := all[key]; elsewhere || known[key] {
				err = fmt.Errorf("%s stands in two places", key)
			}
			known[key] = true
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", path.Base(name), i+1, err)
		}
	}
	return nil
}

// add puts one line below a key into all.
func (all allTexts) add(key Key, line string) (err error) {
	if key == "" {
		return errors.New("a text without a key")
	}
	tag, words, _ := strings.Cut(line, " ")
	if strings.HasPrefix(words, `"`) {
		if words, err = strconv.Unquote(words); err != nil {
			return err
		}
	}
	entry := all[key]
	place := entry.place(Language(tag))
	switch {
	case place == nil:
		return fmt.Errorf("%q is not the tag of a language", tag)
	case *place != "":
		return fmt.Errorf("%s has two texts in %s", key, tag)
	}
	*place = words
	all[key] = entry
	return nil
}
