// Package cli provides the sub-commands of dubtop for scripts, on top of the
// same api and state packages as the dashboard. Only the requested output goes
// to standard output. Problems go to standard error, and the exit status tells
// scripts how it went. There is no colour.
package cli

import (
	"github.com/spf13/cobra"
)

// Commands returns the sub-commands for scripts, and the help topics.
func Commands(w World) []*cobra.Command {
	commands := []*cobra.Command{
		w.lsCommand(),
		w.getCommand(),
		w.openCommand(),
		w.copyAsCommand(),
		w.batchCommand(),
		w.assetsCommand(),
		w.modelsCommand(),
		w.voicesCommand(),
		w.projectsCommand(),
		w.accountCommand(),
		w.queueCommand(),
		w.estimateCommand(),
		w.submitCommand(),
		w.spendCommand(),
		w.reportCommand(),
		w.verdictsCommand(),
		w.handOverCommand(),
		w.joinCommand(),
		w.authCommand(),
		w.waitCommand(),
		w.journalCommand(),
		w.watchCommand(),
		w.downloadCommand(),
		w.configCommand(),
		w.webhookCommand(),
		w.doctorCommand(),
		w.versionCommand(),
	}
	return append(commands, topicCommands()...)
}
