package main

import (
	"context"
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

func versionCommand(t *terminal) *cobra.Command {
	return newCommand(t, command{use: "version", short: catalogue.CommandVersion, output: true, run: func(_ context.Context, c *call) error {
		info := versionOfProgram()
		if c.asJSON {
			return c.printJSON(info)
		}
		fmt.Fprintln(c.stdout, info)
		return nil
	}})
}

func versionOfProgram() versionInfo {
	return versionInfo{Version: programVersion(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
}

// String returns the line that people see.
func (v versionInfo) String() string { return "goniec " + v.Version + " " + v.Go + " " + v.Platform }

// programVersion returns the version that the linker was given, else the version that
// the Go tool recorded.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
