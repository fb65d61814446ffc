package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"goniec/catalogue"
)

// versionInfo is what the version command prints.
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (p *program) versionCommand() *cobra.Command {
	cmd := p.command("version", catalogue.CommandVersion, 0, 0, func(cmd *cobra.Command, _ []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		info := versionInfo{Version: programVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
		if asJSON {
			return p.printJSON(info)
		}
		fmt.Fprintln(p.stdout, "goniec", info.Version, info.Go, info.Platform)
		return nil
	})
	p.addOutput(cmd)
	return cmd
}

// programVersion returns what the linker was told, else what the Go tool noted.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
