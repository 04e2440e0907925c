// The official compose plug-in of the docker CLI, without changes. It is built on machines that have no package for it.
package main

import (
	"github.com/docker/cli/cli-plugins/metadata"
	"github.com/docker/cli/cli-plugins/plugin"
	"github.com/docker/cli/cli/command"
	commands "github.com/docker/compose/v2/cmd/compose"
	"github.com/docker/compose/v2/pkg/compose"
	"github.com/spf13/cobra"
)

func main() {
	plugin.Run(
		func(cli command.Cli) *cobra.Command {
			return commands.RootCommand(cli, compose.NewComposeService(cli))
		},
		metadata.Metadata{SchemaVersion: "0.1.0", Vendor: "Vigil", Version: "v2.40.3"},
	)
}
