package configs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"goniec/catalogue"
)

// Webhook is a program that is told of events.
type Webhook struct {
	Name       string        `mapstructure:"name"`
	URL        string        `mapstructure:"url"`         // http or https
	SecretFile string        `mapstructure:"secret_file"` // one whsec_… a line, all of them sign; empty: nothing is signed
	Events     []string      `mapstructure:"events"`      // "message.sent" or "message.*"; empty: all
	Timeout    time.Duration `mapstructure:"timeout"`     // for the answer
	// AllowNetworks are networks a name in URL may lead to though they are not
	// public: addresses or prefixes, "192.168.1.0/24".
	AllowNetworks []string `mapstructure:"allow_networks"`
}

const (
	minWebhookTimeout = time.Second
	maxWebhookTimeout = time.Minute
	minSecret         = 24 // bytes, by Standard Webhooks
	maxSecret         = 64 // bytes
	maxSecrets        = 5  // in one file
	secretPrefix      = "whsec_"
)

// DefaultWebhook returns what holds for a webhook of which only name and url are
// given.
func DefaultWebhook() Webhook {
	return Webhook{Events: []string{}, Timeout: 10 * time.Second, AllowNetworks: []string{}}
}

// Networks returns AllowNetworks; those that cannot be read, which Validate
// refuses, are left out.
func (w Webhook) Networks() []netip.Prefix {
	var all []netip.Prefix
	for _, written := range w.AllowNetworks {
		if n, err := parseNetwork(written); err == nil {
			all = append(all, n)
		}
	}
	return all
}

func parseNetwork(written string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(written); err == nil {
		return a.Unmap().Prefix(a.Unmap().BitLen())
	}
	n, err := netip.ParsePrefix(written)
	return n.Masked(), err
}

func (k *checker) webhooks(all []Webhook) {
	names := map[string]string{}
	for i, w := range all {
		at := item("webhooks", i)
		switch {
		case w.Name == "":
			k.add(at+".name", "", say(catalogue.ConfigMissing), say(catalogue.ConfigMissingRemedy, "name: his"))
		case !regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`).MatchString(w.Name):
			k.add(at+".name", w.Name, say(catalogue.ConfigWebhookName, w.Name), say(catalogue.ConfigNameRemedy))
		}
		if other, found := names[w.Name]; found && w.Name != "" {
			k.add(at+".name", w.Name, say(catalogue.ConfigUsedTwice, w.Name, other), say(catalogue.ConfigWebhookTwiceRemedy))
		}
		names[w.Name] = at + ".name"
		k.webhookURL(at+".url", w.URL)
		k.secret(at+".secret_file", w.SecretFile)
		for n, pattern := range w.Events {
			k.eventPattern(item(at+".events", n), pattern)
		}
		k.duration(at+".timeout", w.Timeout, minWebhookTimeout, maxWebhookTimeout)
		for n, written := range w.AllowNetworks {
			if _, err := parseNetwork(written); err != nil {
				k.add(item(at+".allow_networks", n), written, say(catalogue.ConfigNetwork, written), say(catalogue.ConfigNetworkRemedy))
			}
		}
	}
}

// EventTypes returns the types of events that a webhook may ask for.
func EventTypes() []string {
	return []string{
		"alarm", "call.missed", "conversation.updated",
		"message.cancelled", "message.delivered", "message.expired", "message.failed", "message.held", "message.queued", "message.received", "message.sending",
		"message.sent", "message.uncertain",
		"modem.alarm", "modem.sim", "modem.state", "number.erased", "pdu.rejected",
		"question.answered", "question.closed", "question.expired", "question.unclear", "report.orphan", "suppression.added", "suppression.removed",
		"webhook.disabled", "webhook.test",
	}
}

// eventPattern checks that a pattern is a type of event, such as "message.sent", or "*", or
// begins types, such as "message.*".
func (k *checker) eventPattern(key, pattern string) {
	known := []string{"*"}
	for _, typ := range EventTypes() {
		group, _, grouped := strings.Cut(typ, ".")
		if known = append(known, typ); grouped {
			known = append(known, group+".*")
		}
	}
	if slices.Contains(known, pattern) {
		return
	}
	remedy, bestDistance := say(catalogue.ConfigWebhookEventsRemedy), 1+len(pattern)/3
	for _, candidate := range known {
		if d := distance(pattern, candidate); d < bestDistance {
			remedy, bestDistance = say(catalogue.ConfigUnknownNearRemedy, candidate), d
		}
	}
	k.add(key, pattern, say(catalogue.ConfigWebhookEvents, pattern), remedy)
}

// webhookURL checks an address. One with a password is not shown.
func (k *checker) webhookURL(key, written string) {
	u, err := url.Parse(written)
	switch {
	case written == "":
		k.add(key, "", say(catalogue.ConfigMissing), say(catalogue.ConfigMissingRemedy, "url: http://192.0.2.10/sms"))
	case err == nil && u.User != nil:
		k.add(key, "", say(catalogue.ConfigWebhookUser), say(catalogue.ConfigWebhookUserRemedy))
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Fragment != "":
		k.add(key, written, say(catalogue.ConfigURL, written), say(catalogue.ConfigURLRemedy))
	}
}

// secret checks a file of secrets. No message shows what is in it, nor a path that
// looks as if it were a secret.
func (k *checker) secret(key, path string) {
	switch {
	case path == "":
		return
	case strings.HasPrefix(path, secretPrefix):
		k.add(key, "", say(catalogue.ConfigSecretItself), say(catalogue.ConfigWebhookSecretRemedy))
		return
	}
	if !k.readable(key, path) {
		return
	}
	if _, err := ReadSecrets(path); err != nil {
		k.add(key, path, say(catalogue.ConfigSecretContent), say(catalogue.ConfigWebhookSecretRemedy))
	}
}

var errSecrets = errors.New("the file does not hold one whsec_… of 24 to 64 bytes a line")

// ReadSecrets returns the keys in a file of webhook secrets, one a line. The error
// never shows what is in it.
func ReadSecrets(path string) ([][]byte, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("read secret file: %w", err)
	}
	var all [][]byte
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		encoded, found := strings.CutPrefix(line, secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil || len(key) < minSecret || len(key) > maxSecret {
			return nil, fmt.Errorf("read secret file %s: %w", path, errSecrets)
		}
		all = append(all, key)
	}
	if len(all) == 0 || len(all) > maxSecrets {
		return nil, fmt.Errorf("read secret file %s: %w", path, errSecrets)
	}
	return all, nil
}

// webhookWarnings notes what lets others read or make up what a webhook is told.
func (k *checker) webhookWarnings(dataDir string, all []Webhook) {
	for i, w := range all {
		at := item("webhooks", i) + ".secret_file"
		if w.SecretFile == "" {
			k.add(at, "", say(catalogue.ConfigUnsigned), say(catalogue.ConfigWebhookSecretRemedy))
			continue
		}
		k.exposed(dataDir, at, w.SecretFile)
	}
}
