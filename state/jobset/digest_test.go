package jobset

import (
	"testing"

	"pgregory.net/rapid"

	"dubtop/state/draft"
)

// Equal contents have equal digests, and the same file has one digest however it
// is typed.
func TestEqualContentsHaveEqualDigests(t *testing.T) {
	media := rapid.SampledFrom([]string{
		"", "a.mp4", " a.mp4", "./a.mp4", "~/a.mp4", "$HOME/a.mp4", "'a.mp4'", "https://x.test/a.mp4", "https://x.test/a.mp4?sig=1",
		"https://x.test/a.mp4?sig=2&p=1", "http://x.test/a.mp4?token=1", "HTTPS://x.test/a.mp4?sig=3", "'https://x.test/a.mp4?sig=4'", "https://", "https://?sig=1",
		"asset:9e107d9d-372b-4b6c-8f5f-1f2f3f4f5f6f", "C:\\a.mp4", "~bob/a.mp4", "b.mp4",
	})
	some := rapid.Custom(func(t *rapid.T) draft.Draft {
		return draft.Draft{
			Model:  rapid.SampledFrom([]string{"lipsync-2", "lipsync-2 ", "sync-3"}).Draw(t, "model"),
			Visual: media.Draw(t, "visual"), Audio: media.Draw(t, "audio"),
			Script: rapid.SampledFrom([]string{"", "hi", "hi "}).Draw(t, "script"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") {
			b.Model, b.Script, b.Audio = a.Model, a.Script+" ", " "+a.Audio
		}
		if ContentOf(a) == ContentOf(b) && Digest(&a) != Digest(&b) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
	for _, typed := range []string{"/home/me/a.mp4", "~/a.mp4", "a.mp4", "../x/a.mp4", "file:///home/me/a.mp4", "'/home/me/a.mp4'"} {
		if Digest(&draft.Draft{Visual: typed}) != Digest(&draft.Draft{Visual: "/home/me/a.mp4"}) {
			t.Errorf("%s has another digest", typed)
		}
	}
}
