package inputs

import (
	"context"

	"dubtop/api"
)

// AskingUploads returns a function for draft.CheckEnv.Uploads that asks the
// server if necessary. It is for the background.
func AskingUploads(ctx context.Context, c *api.Client) func() api.Support {
	return func() api.Support {
		known, _ := c.AskUploads(ctx) // without an answer it stays unknown
		return known
	}
}
