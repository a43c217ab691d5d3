package outbox

import (
	"fmt"
	"time"

	"dubtop/state/draft"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// desk is an environment without files.
func desk() draft.CheckEnv { return draft.CheckEnv{Now: noon, Home: "/home/ann", Dir: "/film"} }

// good is a draft that can be sent.
func good() draft.Draft {
	return draft.Draft{
		ID: "d1", Model: "lipsync-2",
		Visual: "https://cdn.example.com/a.mp4?x=1&y=2", Audio: "https://cdn.example.com/a.wav",
	}
}

// until returns a link that expires the given time after noon.
func until(d time.Duration) string {
	return fmt.Sprintf("https://e.com/a.mp4?Expires=%d", noon.Add(d).Unix())
}
