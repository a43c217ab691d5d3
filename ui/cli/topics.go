package cli

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed topics/*.txt
var topicFiles embed.FS

// topicCommands returns the help topics: texts about the dashboard that are longer
// than its own help. A file is named after its topic, and its first line sums it up.
func topicCommands() []*cobra.Command {
	var topics []*cobra.Command
	_ = fs.WalkDir(topicFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := topicFiles.ReadFile(path)
		about, long, _ := strings.Cut(string(b), "\n\n")
		topics = append(topics, &cobra.Command{
			Use: strings.TrimSuffix(d.Name(), ".txt"), Short: about, Long: strings.TrimSpace(long),
		})
		return err
	})
	return topics
}
