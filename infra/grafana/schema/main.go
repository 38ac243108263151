// Checks a dashboard against Grafana's schema, as Grafana's own SDK is generated from it: unknown fields, wrong types and values out of
// range are errors, those of panels and queries too.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		read := dashboard.Dashboard{}
		err = read.UnmarshalJSONStrict(text)
		if err == nil || err.Error() == "" {
			err = read.Validate()
		}
	}
	// It gives an empty list of errors where there is none.
	if err != nil && err.Error() != "" {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
