package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"dubtop/api/text"
)

func (w World) versionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Prints the version. With --json:
  {"version", "revision", "modified", "go", "os", "arch"}
revision is the commit it was built from, "" if that is not known, and modified
says that files had been changed since.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if voiceOf(c).json {
				return writeJSON(c, w.build())
			}
			return write(c, []byte("dubtop "+w.Version+"\n"))
		},
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// buildJSON describes the build and its source, in JSON.
type buildJSON struct {
	Version  text.Text `json:"version"`
	Revision text.Text `json:"revision"`
	Modified bool      `json:"modified"`
	Go       text.Text `json:"go"`
	OS       text.Text `json:"os"`
	Arch     text.Text `json:"arch"`
}

func (w World) build() buildJSON {
	b := buildJSON{Version: text.Of(w.Version), Go: text.Of(runtime.Version()), OS: text.Of(runtime.GOOS), Arch: text.Of(runtime.GOARCH)}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = text.Of(s.Value)
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b
}
