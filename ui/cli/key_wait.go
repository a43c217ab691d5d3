package cli

import (
	"context"
	"io"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/settings"
)

// patience is how long a key may take before the wait is explained: a program or a
// keyring may ask for a password where nobody looks.
const patience = 2 * time.Second

// findKey is settings.FindKey, and says so once if it takes long.
func (w World) findKey(ctx context.Context, v voice, a *settings.Account) (api.Secret, settings.KeySource, []settings.Problem) {
	defer w.awaiting(v, a)()
	return settings.FindKey(ctx, w.Env, a)
}

// awaiting says once if the key of an account takes long, until over is called.
func (w World) awaiting(v voice, a *settings.Account) (over func()) {
	late := w.late
	if late == nil {
		late = func() <-chan time.Time { return time.After(patience) }
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
		case <-late():
			v.say("warning", said{Code: "waiting", Message: waitingFor(a)})
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// waitingFor says whose key is waited for. The command itself may hold secrets.
func waitingFor(a *settings.Account) text.Text {
	from := text.Text("its place")
	switch {
	case a != nil && len(a.Command) > 0:
		from = "its key_command"
	case a != nil && a.Keyring:
		from = "the keyring"
	}
	return "waiting for the key of " + accountWords(a) + " from " + from + ", which may ask for something elsewhere; ctrl+c gives up"
}

func accountWords(a *settings.Account) text.Text {
	if a.Named() == "" {
		return "the account"
	}
	return "the account " + text.Of(a.Named())
}

// FindKey is settings.FindKey for the dashboard before it has its screen. It says
// so if the key takes long.
func FindKey(ctx context.Context, env settings.Env, a *settings.Account, stderr io.Writer) (api.Secret, settings.KeySource, []settings.Problem) {
	return World{Env: env}.findKey(ctx, voice{out: stderr}, a)
}
