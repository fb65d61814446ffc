package modem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errProfile says that a file is not a profile.
var errProfile = errors.New("not a profile of a modem")

// profileVersion is the format version of profile files.
const profileVersion = 1

// ProfileFile is the file that goniec modem certify writes: a Profile with its
// evidence. It applies to modems of the same model and firmware; see
// Config.ProfilesDir.
type ProfileFile struct {
	Format   int     `json:"goniec_profile"` // 1
	Version  string  `json:"goniec,omitempty"`
	Model    string  `json:"model"` // manufacturer, model and firmware as the device tells them
	Profile  Profile `json:"profile"`
	Evidence []Check `json:"evidence"`
}

// foundProfile returns the profile of the family, changed by what this device accepted.
func (c *certifier) foundProfile() Profile {
	info := c.Info()
	p := c.profile
	if len(c.checks) == 0 || info.Model == "" {
		return p
	}
	maker, _, _ := strings.Cut(strings.ToLower(info.Manufacturer), " ")
	p.Name = strings.Trim(maker+"-"+strings.ReplaceAll(strings.ToLower(info.Model), " ", "-"), "-")
	p.Manufacturers, p.Models = nil, []string{strings.ToLower(info.Model)}
	if maker != "" {
		p.Manufacturers = []string{maker}
	}
	p.ByIndex = p.ByIndex || c.byIndex
	if c.opened.receive != "" {
		p.Memory = c.opened.receive
	}
	p.Routes = nil
	if c.opened.route != (Route{}) {
		p.Routes = append(p.Routes, c.opened.route)
	}
	for _, r := range c.routes {
		if r.complete() && !slices.Contains(p.Routes, r) {
			p.Routes = append(p.Routes, r)
		}
	}
	return p
}

// File returns the profile of a certificate with its evidence. version is that of the
// program.
func (c Certificate) File(version string) ProfileFile {
	return ProfileFile{
		Format: profileVersion, Version: version, Profile: c.Profile, Evidence: c.Checks,
		Model: c.Info.fullModel(),
	}
}

// maxProfile is the largest profile file that is read, in bytes.
const maxProfile = 1 << 20

// readProfile reads a ProfileFile from JSON. An error names the field and wraps
// errProfile.
func readProfile(r io.Reader) (ProfileFile, error) {
	var f ProfileFile
	decoder := json.NewDecoder(io.LimitReader(r, maxProfile))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return ProfileFile{}, fmt.Errorf("%w: %w", errProfile, err)
	}
	switch {
	case f.Format != profileVersion:
		return ProfileFile{}, fmt.Errorf("%w: goniec_profile is %d, only %d is known", errProfile, f.Format, profileVersion)
	case f.Profile.Name == "":
		return ProfileFile{}, fmt.Errorf("%w: profile.name is missing", errProfile)
	case strings.TrimSpace(f.Model) == "":
		return ProfileFile{}, fmt.Errorf("%w: model must say which modem is meant, as maker, model and firmware", errProfile)
	}
	return f, nil
}

// UnusableProfile is a profile file that cannot be read, with the reason.
type UnusableProfile struct {
	Path string
	Err  error
}

// ReadProfiles reads the files of a folder whose names end with .json, in the order of
// their names. A missing folder has no files.
func ReadProfiles(dir string) (files []ProfileFile, unusable []UnusableProfile) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, []UnusableProfile{{Path: dir, Err: err}}
	}
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".json" {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		f, err := readProfileFile(path)
		if err != nil {
			unusable = append(unusable, UnusableProfile{Path: path, Err: err})
			continue
		}
		files = append(files, f)
	}
	return files, unusable
}

func readProfileFile(path string) (ProfileFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return ProfileFile{}, fmt.Errorf("read profile: %w", err)
	}
	if !info.Mode().IsRegular() { // reading a pipe would block
		return ProfileFile{}, fmt.Errorf("%w: not a file", errProfile)
	}
	file, err := os.Open(path)
	if err != nil {
		return ProfileFile{}, fmt.Errorf("read profile: %w", err)
	}
	f, err := readProfile(file)
	return f, errors.Join(err, file.Close())
}

// certifiedProfile returns the profile of the file in ProfilesDir for this model and
// firmware.
func (m *Modem) certifiedProfile(ctx context.Context) (Profile, bool) {
	files, unusable := ReadProfiles(m.cfg.ProfilesDir)
	for _, u := range unusable {
		m.log.WarnContext(ctx, "profile file is not used", "file", u.Path, "err", u.Err)
	}
	for _, f := range files {
		if strings.EqualFold(strings.TrimSpace(f.Model), m.Info().fullModel()) {
			return f.Profile, true
		}
	}
	return Profile{}, false
}

// fullModel returns manufacturer, model and firmware as the modem tells them.
func (i Info) fullModel() string {
	return strings.TrimSpace(i.Manufacturer + " " + i.Model + " " + i.Revision)
}
