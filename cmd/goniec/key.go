package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/store/sealed"
)

func (p *program) keyCommand() *cobra.Command {
	return p.group("key", catalogue.CommandKey,
		p.keyCreateCommand(), p.keyRotateCommand(), p.keyStatusCommand(), p.keySheetCommand(), p.keyRemoveCommand())
}

// keys returns the keys that the configuration names; none if there are none.
func (p *program) keys(cmd *cobra.Command) ([]sealed.Key, error) {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return nil, err
	}
	return sealed.LoadKeys(sealed.KeyPath(config.KeyFile))
}

// keyFile returns the file with the keys that is meant, or says that there is none.
func (p *program) keyFile(cmd *cobra.Command) (path string, keys []sealed.Key, err error) {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return "", nil, err
	}
	if path = sealed.KeyPath(config.KeyFile); path == "" {
		fmt.Fprintln(p.stderr, p.say(catalogue.KeyNone))
		return "", nil, errSaid
	}
	keys, err = sealed.LoadKeys(path)
	return path, keys, err
}

func (p *program) keyCreateCommand() *cobra.Command {
	cmd := p.command("create FILE", catalogue.CommandKeyCreate, 1, 1, func(cmd *cobra.Command, args []string) error {
		fromSheet, err := cmd.Flags().GetBool("from-sheet")
		if err != nil {
			return err
		}
		key := sealed.NewKey()
		if fromSheet {
			if key, err = p.typedKey(); err != nil {
				return err
			}
		}
		if err := sealed.CreateKeys(args[0], key); err != nil {
			return err
		}
		said := catalogue.KeyCreated
		if fromSheet {
			said = catalogue.KeyTyped
		}
		fmt.Fprintln(p.stderr, p.say(said, args[0], key.ID()))
		return nil
	})
	cmd.Flags().Bool("from-sheet", false, p.say(catalogue.FlagFromSheet))
	return cmd
}

// typedKey reads a key that somebody types from a recovery sheet, group by group, as
// many on a line as he likes.
func (p *program) typedKey() (sealed.Key, error) {
	fmt.Fprintln(p.stderr, p.say(catalogue.KeyType, sealed.Groups))
	var typed strings.Builder
	for lines := bufio.NewScanner(p.stdin); lines.Scan() && sealed.TypedGroups(typed.String()) < sealed.Groups; {
		typed.WriteString(lines.Text() + "\n")
		if sealed.TypedGroups(typed.String()) >= sealed.Groups {
			break
		}
	}
	key, err := sealed.ParseKey(typed.String())
	if err != nil {
		fmt.Fprintln(p.stderr, p.explainKeyText(err))
		return sealed.Key{}, errSaid
	}
	return key, nil
}

func (p *program) keyRotateCommand() *cobra.Command {
	cmd := p.command("rotate", catalogue.CommandKeyRotate, 0, 0, func(cmd *cobra.Command, _ []string) error {
		path, keys, err := p.keyFile(cmd)
		if err != nil {
			return err
		}
		fresh := sealed.NewKey()
		if err := sealed.ReplaceKeys(path, append([]sealed.Key{fresh}, keys...)); err != nil {
			return err
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.KeyRotated, path, fresh.ID()))
		return nil
	})
	p.addConfig(cmd)
	return cmd
}

func (p *program) keyRemoveCommand() *cobra.Command {
	cmd := p.command("remove --force", catalogue.CommandKeyRemove, 0, 0, func(cmd *cobra.Command, _ []string) error {
		if force, err := cmd.Flags().GetBool("force"); err != nil || !force {
			return errors.Join(err, p.require(cmd, "force"))
		}
		config, err := p.loadConfig(cmd)
		if err != nil {
			return err
		}
		path, keys, err := p.keyFile(cmd)
		if err != nil {
			return err
		}
		records, err := app.Decrypt(cmd.Context(), config.DataDir, keys)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.KeyRemoved, config.DataDir, records, path))
		return nil
	})
	cmd.Flags().Bool("force", false, p.say(catalogue.FlagForcePlain))
	p.addConfig(cmd)
	return cmd
}

// keyState is what key status prints for programs.
type keyState struct {
	File string            `json:"file"`
	Keys []string          `json:"keys"`           // ids, the first encrypts
	Data client.Encryption `json:"data"`           // of the data, as the daemon or the file tells
	Used []string          `json:"used,omitempty"` // ids under which there are records, while no daemon runs
}

func (p *program) keyStatusCommand() *cobra.Command {
	cmd := p.command("status", catalogue.CommandKeyStatus, 0, 0, func(cmd *cobra.Command, _ []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		state, err := p.keyState(cmd)
		if err != nil {
			return err
		}
		if asJSON {
			return p.printJSON(state)
		}
		return p.printKeyState(state)
	})
	p.addConfig(cmd)
	p.addOutput(cmd)
	return cmd
}

// keyState looks at key file and data: by the daemon if one runs, else at the file.
func (p *program) keyState(cmd *cobra.Command) (keyState, error) {
	config, err := p.loadConfig(cmd)
	if err != nil {
		return keyState{}, err
	}
	state := keyState{File: sealed.KeyPath(config.KeyFile), Keys: []string{}}
	keys, err := sealed.LoadKeys(state.File)
	if err != nil {
		return keyState{}, err
	}
	for _, k := range keys {
		state.Keys = append(state.Keys, k.ID())
	}
	socket := app.SocketPath(config.DataDir)
	if app.Answers(cmd.Context(), socket) {
		c, err := client.New("unix:"+socket, "", client.WithLanguage(string(p.lang)))
		if err != nil {
			return keyState{}, err
		}
		state.Data, err = c.Encryption(cmd.Context())
		return state, p.explainCall(err, socket)
	}
	if _, err := os.Stat(app.DataPath(config.DataDir)); errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	state.Data, state.Used, err = app.Encryption(cmd.Context(), config.DataDir, keys)
	return state, err
}

func (p *program) printKeyState(s keyState) error {
	if s.File == "" {
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyNone))
	} else {
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusFile, s.File, strings.Join(s.Keys, ", ")))
	}
	switch {
	case !s.Data.Enabled && s.File != "":
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusWillBe))
	case !s.Data.Enabled:
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusPlain))
	case s.Data.Rotating:
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusRotating, s.Data.Key, s.Data.Remaining, s.Data.Records))
	case len(s.Keys) > 0 && s.Data.Key != s.Keys[0]:
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusRestart, s.Data.Key))
	default:
		fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusDone, s.Data.Key))
		if len(s.Keys) > 1 {
			fmt.Fprintln(p.stdout, p.say(catalogue.KeyStatusOld, strings.Join(s.Keys[1:], ", ")))
		}
	}
	return nil
}

func (p *program) keySheetCommand() *cobra.Command {
	cmd := p.command("sheet", catalogue.CommandKeySheet, 0, 0, func(cmd *cobra.Command, _ []string) error {
		path, keys, err := p.keyFile(cmd)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.KeySheetHead, time.Now().Format(time.DateOnly), keys[0].ID()))
		groups := strings.Split(keys[0].Text(), "-")
		for i := 0; i < len(groups); i += sheetColumns {
			fmt.Fprintf(p.stdout, "    %2d   %s\n", i+1, strings.Join(groups[i:min(i+sheetColumns, len(groups))], "   "))
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.KeySheetFoot, path))
		return nil
	})
	p.addConfig(cmd)
	return cmd
}

// sheetColumns is how many groups stand on a line of the recovery sheet.
const sheetColumns = 4

// encrypted reports whether err is about a key, which p.explain has words for.
func encrypted(err error) bool {
	return errors.Is(err, sealed.ErrSealed) || errors.Is(err, sealed.ErrWrongKey) ||
		errors.Is(err, sealed.ErrAltered) || errors.Is(err, sealed.ErrNotSealed)
}

// explainKeys returns the words for an error about keys; empty: it is about something
// else.
func (p *program) explainKeys(err error) string {
	var file *sealed.KeyFileError
	switch {
	case errors.As(err, &file) && errors.Is(err, sealed.ErrKeyExposed):
		return p.say(catalogue.KeyExposed, file.Path, file.Path)
	case errors.As(err, &file) && errors.Is(err, sealed.ErrNoKey):
		return p.say(catalogue.KeyEmpty, file.Path)
	case errors.As(err, &file) && file.Line > 0:
		return p.say(catalogue.KeyLine, file.Path, file.Line, p.explainKeyText(file.Err))
	case errors.As(err, &file) && errors.Is(err, fs.ErrExist):
		return p.say(catalogue.KeyExists, file.Path)
	case errors.As(err, &file):
		return p.say(catalogue.KeyUnreadable, file.Path, file.Err)
	case errors.Is(err, sealed.ErrSealed):
		return p.say(catalogue.KeyWanted)
	case errors.Is(err, sealed.ErrWrongKey):
		var missing *sealed.MissingKeyError
		if errors.As(err, &missing) {
			return p.say(catalogue.KeyWrong, missing.ID)
		}
		return p.say(catalogue.KeyWrong, "?")
	case errors.Is(err, sealed.ErrAltered):
		return p.say(catalogue.DataAltered)
	case errors.Is(err, sealed.ErrNotSealed):
		return p.say(catalogue.KeyStatusPlain)
	}
	return ""
}

// explainKeyText says where a key is mistyped.
func (p *program) explainKeyText(err error) string {
	var text *sealed.KeyTextError
	switch {
	case !errors.As(err, &text):
		return err.Error()
	case text.Count > 0:
		return p.say(catalogue.KeyCount, text.Count, sealed.Groups)
	case len(text.Groups) > 0:
		return p.say(catalogue.KeyMistyped, strings.Trim(fmt.Sprint(text.Groups), "[]"))
	default:
		return p.say(catalogue.KeyMixed)
	}
}

// examineKeys looks whether the keys fit the data.
func (d *doctor) examineKeys(config configs.Config) {
	const check = "encryption"
	path := sealed.KeyPath(config.KeyFile)
	keys, err := sealed.LoadKeys(path)
	if err != nil {
		d.told(check, levelProblem, d.explain(err), "")
		return
	}
	err = app.CheckKeys(config.DataDir, keys)
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.ID()
	}
	switch {
	case errors.Is(err, sealed.ErrSealed), errors.Is(err, sealed.ErrWrongKey), errors.Is(err, sealed.ErrAltered):
		d.told(check, levelProblem, d.explain(err), "")
	case path == "" && errors.Is(err, sealed.ErrNotSealed):
		d.found(check, levelOK, catalogue.KeyStatusPlain)
	case path != "" && errors.Is(err, sealed.ErrNotSealed):
		d.found(check, levelOK, catalogue.KeyStatusWillBe)
	case path != "": // they fit, or a daemon has the data, and so a key
		d.found(check, levelOK, catalogue.KeyStatusFile, path, strings.Join(ids, ", "))
	}
}
