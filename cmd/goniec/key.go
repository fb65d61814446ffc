package main

import (
	"bufio"
	"context"
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
	"goniec/store/sealed"
)

// sheetColumns is how many groups stand on a line of the recovery sheet.
const sheetColumns = 4

func keyCommand(t *terminal) *cobra.Command {
	create := newCommand(t, command{use: "create FILE", short: catalogue.CommandKeyCreate, args: 1, config: true, run: createKey})
	create.Flags().Bool("from-sheet", false, t.say(catalogue.FlagFromSheet))
	remove := newCommand(t, command{use: "remove --force", short: catalogue.CommandKeyRemove, config: true, run: removeKey})
	remove.Flags().Bool("force", false, t.say(catalogue.FlagForcePlain))
	require(t, remove, "force")
	return newGroup(t, "key", catalogue.CommandKey, create,
		newCommand(t, command{use: "rotate", short: catalogue.CommandKeyRotate, config: true, run: rotateKey}),
		newCommand(t, command{use: "status", short: catalogue.CommandKeyStatus, config: true, output: true, run: showKeys}),
		newCommand(t, command{use: "sheet", short: catalogue.CommandKeySheet, config: true, run: printSheet}),
		remove)
}

// keyFile returns the key file of the configuration and its keys. It fails if the
// configuration names no key file.
func keyFile(c *call) (path string, keys []sealed.Key, err error) {
	config, err := c.config()
	if err != nil {
		return "", nil, err
	}
	if path = sealed.KeyPath(config.KeyFile); path == "" {
		return "", nil, c.fail(catalogue.KeyNone)
	}
	keys, err = sealed.LoadKeys(path)
	return path, keys, err
}

func createKey(_ context.Context, c *call) error {
	key, text := sealed.NewKey(), catalogue.KeyCreated
	if c.is("from-sheet") {
		var err error
		if key, err = readSheet(c.terminal); err != nil {
			return err
		}
		text = catalogue.KeyTyped
	}
	if err := sealed.CreateKeys(c.args[0], key); err != nil {
		return err
	}
	c.tell(text, c.args[0], key.ID())
	return c.giveToService(c.args[0])
}

// readSheet reads a key that is typed from a recovery sheet, with any number of groups
// on a line.
func readSheet(t *terminal) (sealed.Key, error) {
	t.tell(catalogue.KeyType, sealed.Groups)
	var typed strings.Builder
	for lines := bufio.NewScanner(t.stdin); lines.Scan() && sealed.TypedGroups(typed.String()) < sealed.Groups; {
		typed.WriteString(lines.Text() + "\n")
		if sealed.TypedGroups(typed.String()) >= sealed.Groups {
			break
		}
	}
	key, err := sealed.ParseKey(typed.String())
	if err != nil {
		fmt.Fprintln(t.stderr, explainKeyText(t, err))
		return sealed.Key{}, errExplained
	}
	return key, nil
}

// rotateKey puts a new key before the keys of the key file.
func rotateKey(_ context.Context, c *call) error {
	path, keys, err := keyFile(c)
	if err != nil {
		return err
	}
	fresh := sealed.NewKey()
	if err := sealed.ReplaceKeys(path, append([]sealed.Key{fresh}, keys...)); err != nil {
		return err
	}
	c.tell(catalogue.KeyRotated, path, fresh.ID())
	return nil
}

// removeKey decrypts the data.
func removeKey(ctx context.Context, c *call) error {
	if !c.is("force") {
		return nil
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	path, keys, err := keyFile(c)
	if err != nil {
		return err
	}
	records, err := app.Decrypt(ctx, config.DataDir, keys)
	if err != nil {
		return err
	}
	c.tell(catalogue.KeyRemoved, config.DataDir, records, path)
	return nil
}

// keyState is what key status prints for programs.
type keyState struct {
	File string            `json:"file"`
	Keys []string          `json:"keys"`           // ids, the first encrypts
	Data client.Encryption `json:"data"`           // as the daemon tells or, while no daemon runs, the data file
	Used []string          `json:"used,omitempty"` // ids under which there are records, while no daemon runs
}

func showKeys(ctx context.Context, c *call) error {
	state, err := readKeyState(ctx, c)
	if err != nil {
		return err
	}
	if c.asJSON {
		return c.printJSON(state)
	}
	printKeyState(c.terminal, state)
	return nil
}

func readKeyState(ctx context.Context, c *call) (keyState, error) {
	config, err := c.askable(ctx)
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
	if app.Answers(ctx, app.SocketPath(config.DataDir)) {
		daemon, err := connectDaemon(c.terminal, config)
		if err != nil {
			return keyState{}, err
		}
		state.Data, err = daemon.Encryption(ctx)
		return state, daemon.explain(err)
	}
	if _, err := os.Stat(app.DataPath(config.DataDir)); errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	state.Data, state.Used, err = app.Encryption(ctx, config.DataDir, keys)
	return state, err
}

func printKeyState(t *terminal, s keyState) {
	if s.File == "" {
		t.show(catalogue.KeyNone)
	} else {
		t.show(catalogue.KeyStatusFile, s.File, strings.Join(s.Keys, ", "))
	}
	switch {
	case !s.Data.Enabled && s.File != "":
		t.show(catalogue.KeyStatusWillBe)
	case !s.Data.Enabled:
		t.show(catalogue.KeyStatusPlain)
	case s.Data.Rotating:
		t.show(catalogue.KeyStatusRotating, s.Data.Key, s.Data.Remaining, s.Data.Records)
	case len(s.Keys) > 0 && s.Data.Key != s.Keys[0]:
		t.show(catalogue.KeyStatusRestart, s.Data.Key)
	default:
		t.show(catalogue.KeyStatusDone, s.Data.Key)
		if len(s.Keys) > 1 {
			t.show(catalogue.KeyStatusOld, strings.Join(s.Keys[1:], ", "))
		}
	}
}

// printSheet prints the recovery sheet: the first key, to be kept on paper.
func printSheet(_ context.Context, c *call) error {
	path, keys, err := keyFile(c)
	if err != nil {
		return err
	}
	c.show(catalogue.KeySheetHead, c.local(time.Now()).Format(time.DateOnly), keys[0].ID())
	groups := strings.Split(keys[0].Text(), "-")
	for i := 0; i < len(groups); i += sheetColumns {
		fmt.Fprintf(c.stdout, "    %2d   %s\n", i+1, strings.Join(groups[i:min(i+sheetColumns, len(groups))], "   "))
	}
	c.show(catalogue.KeySheetFoot, path)
	return nil
}
