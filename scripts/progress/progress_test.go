package main

import (
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in     string
		out, summary string
		good         bool
	}{
		{
			"all pass", `{"Action":"start","Package":"a"}
{"Action":"output","Package":"a","Test":"TestX","Output":"=== RUN   TestX\n"}
{"Action":"pass","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}
{"Action":"pass","Package":"a"}
`, "ok  \ta\t0.1s\n", "1 packages good, 0 bad; 1 tests passed, 0 failed, 0 skipped", true,
		},
		{
			"a referee that is not there", `{"Action":"pass","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Test":"TestY","Output":"    x_test.go:1: not run: tshark: the package tshark cannot be installed: no apt-get\n"}
{"Action":"skip","Package":"a","Test":"TestY"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}
{"Action":"pass","Package":"a"}
`, "ok  \ta\t0.1s\n", "1 packages good, 0 bad; 1 tests passed, 0 failed, 1 skipped; not run for want of tshark", true,
		},
		{
			"one fails", `{"Action":"output","Package":"a","Test":"TestX","Output":"=== RUN   TestX\\n"}
{"Action":"output","Package":"a","Test":"TestX","Output":"    x_test.go:1: wrong\n"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"pass","Package":"a","Test":"TestY"}
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.1s\n"}
{"Action":"fail","Package":"a"}
`, "    x_test.go:1: wrong\nFAIL\ta\t0.1s\n", "0 packages good, 1 bad; 1 tests passed, 1 failed, 0 skipped", false,
		},
		{
			"a panic", `{"Action":"output","Package":"a","Test":"TestX","Output":"panic: oh\n"}
{"Action":"pass","Package":"a","Test":"TestY"}
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.1s\n"}
{"Action":"fail","Package":"a"}
`, "panic: oh\nFAIL\ta\t0.1s\n", "0 packages good, 1 bad; 1 tests passed, 0 failed, 0 skipped", false,
		},
		{
			"it does not compile", `{"ImportPath":"a","Action":"build-output","Output":"x.go:1:1: expected package\n"}
{"ImportPath":"a","Action":"build-fail"}
{"Action":"output","Package":"a","Output":"FAIL\ta [build failed]\n"}
{"Action":"fail","Package":"a"}
`, "x.go:1:1: expected package\nFAIL\ta [build failed]\n", "0 packages good, 1 bad; 0 tests passed, 0 failed, 0 skipped", false,
		},
		{"nothing ran", "go: no such flag\n", "go: no such flag\n", "0 packages good, 0 bad; 0 tests passed, 0 failed, 0 skipped", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			r := newRun(&out)
			if err := r.read(strings.NewReader(tt.in)); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.out {
				t.Errorf("printed %q, want %q", out.String(), tt.out)
			}
			if r.summary() != tt.summary || r.good() != tt.good {
				t.Errorf("%q, good: %t; want %q, %t", r.summary(), r.good(), tt.summary, tt.good)
			}
		})
	}
}
