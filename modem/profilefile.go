package modem

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrProfile says that a file is no profile.
var ErrProfile = errors.New("not a profile of a modem")

// profileVersion is the number of the format of profile files.
const profileVersion = 1

// ProfileFile is a profile with what it was made from, to be shared.
type ProfileFile struct {
	Format   int     `json:"goniec_profile"` // 1
	Version  string  `json:"goniec,omitempty"`
	Model    string  `json:"model"` // maker, model and firmware as the device says
	Profile  Profile `json:"profile"`
	Evidence []Check `json:"evidence"`
}

// foundProfile makes a profile of what was found out: that of the family, with what
// this device was seen to take.
func (c *certifier) foundProfile() Profile {
	info := c.Info()
	p := c.setup.profile
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

// File returns the profile of a certificate with the evidence for it. version is
// that of the program.
func (c Certificate) File(version string) ProfileFile {
	return ProfileFile{
		Format: profileVersion, Version: version, Profile: c.Profile, Evidence: c.Checks,
		Model: strings.TrimSpace(c.Info.Manufacturer + " " + c.Info.Model + " " + c.Info.Revision),
	}
}

// ReadProfile reads a file that ProfileFile was written to as JSON. Its errors wrap
// ErrProfile and name the field.
func ReadProfile(r io.Reader) (ProfileFile, error) {
	var f ProfileFile
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return ProfileFile{}, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	switch {
	case f.Format != profileVersion:
		return ProfileFile{}, fmt.Errorf("%w: goniec_profile is %d, only %d is known", ErrProfile, f.Format, profileVersion)
	case f.Profile.Name == "":
		return ProfileFile{}, fmt.Errorf("%w: profile.name is missing", ErrProfile)
	case len(f.Profile.Manufacturers) == 0 && len(f.Profile.Models) == 0:
		return ProfileFile{}, fmt.Errorf("%w: profile.manufacturers or profile.models must say which modems are meant", ErrProfile)
	}
	return f, nil
}
