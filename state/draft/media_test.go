package draft

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseMedia(t *testing.T) {
	const uuid = "550e8400-e29b-41d4-a716-446655440000"
	for typed, want := range map[string]Media{
		"":                                {},
		"  \n":                            {},
		"https://e.com/a.mp4":             {Source: SourceURL, URL: "https://e.com/a.mp4"},
		" 'https://e.com/a.mp4?b=c%20d' ": {Source: SourceURL, URL: "https://e.com/a.mp4?b=c%20d"},
		"HTTPS://E.com/A.mp4":             {Source: SourceURL, URL: "HTTPS://E.com/A.mp4"},
		"http://localhost:1/a.mp4":        {Source: SourceURL, URL: "http://localhost:1/a.mp4"},
		"http://[::1]:1/a.mp4":            {Source: SourceURL, URL: "http://[::1]:1/a.mp4"},
		"asset:abc_1":                     {Source: SourceAsset, AssetID: "abc_1"},
		"asset: " + uuid:                  {Source: SourceAsset, AssetID: uuid},
		uuid:                              {Source: SourceAsset, AssetID: uuid},
		"clip.mp4":                        {Source: SourceFile, Path: "clip.mp4"},
		"/a/my clip.mp4":                  {Source: SourceFile, Path: "/a/my clip.mp4"},
		"'/a/my clip.mp4'":                {Source: SourceFile, Path: "/a/my clip.mp4"},
		`"/a/my clip.mp4" `:               {Source: SourceFile, Path: "/a/my clip.mp4"},
		`/a/my\ clip\ \(1\).mp4`:          {Source: SourceFile, Path: "/a/my clip (1).mp4"},
		`'/a/it'\''s.mp4'`:                {Source: SourceFile, Path: "/a/it's.mp4"},
		`/a/it\'s\ me.mp4`:                {Source: SourceFile, Path: "/a/it's me.mp4"},
		`/a/it's.mp4`:                     {Source: SourceFile, Path: "/a/it's.mp4"},
		`/a/the "best" clip.mp4`:          {Source: SourceFile, Path: `/a/the "best" clip.mp4`},
		`/a/back\`:                        {Source: SourceFile, Path: `/a/back\`},
		"file:///a/my%20clip.mp4":         {Source: SourceFile, Path: "/a/my clip.mp4"},
		"file://localhost/a.mp4":          {Source: SourceFile, Path: "/a.mp4"},
		"'file:///a/b.mp4'":               {Source: SourceFile, Path: "/a/b.mp4"},
		"~":                               {Source: SourceFile, Path: "/home/ann"},
		"~/a.mp4":                         {Source: SourceFile, Path: "/home/ann/a.mp4"},
		`~/my\ a.mp4`:                     {Source: SourceFile, Path: "/home/ann/my a.mp4"},
		"./~bob/a.mp4":                    {Source: SourceFile, Path: "./~bob/a.mp4"},
		"$HOME/a.mp4":                     {Source: SourceFile, Path: "/home/ann/a.mp4"},
		`"${HOME}/my a.mp4"`:              {Source: SourceFile, Path: "/home/ann/my a.mp4"},
		"/a/$b.mp4":                       {Source: SourceFile, Path: "/a/$b.mp4"},
		"javascript:alert(1)":             {Source: SourceFile, Path: "javascript:alert(1)"},
	} {
		if got, err := ParseMedia(typed, "/home/ann"); err != nil || got != want {
			t.Errorf("ParseMedia(%q) = %+v, %v; want %+v", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"http://e.com/a.mp4", "ftp://e.com/a", "data://x", "https://", "https://e.com/a\tb", "https://a:b@e.com/",
		"asset:", "asset:../x", "file://nas/a.mp4", "file:///%zz", "'/a b' '/c d'", `/a\ b /c\ d`, "/a\x00b",
	} {
		if got, err := ParseMedia(typed, "/home/ann"); err == nil {
			t.Errorf("ParseMedia(%q) = %+v, want an error", typed, got)
		}
	}
}

// Paths that only a shell or another system resolves are named as such.
func TestPathsOfOtherSystemsAreRefused(t *testing.T) {
	for typed, words := range map[string]string{
		`C:\Users\Ann\clip.mp4`:         "under WSL it is /mnt/c/Users/Ann/clip.mp4",
		`"D:\my clips\a.mp4"`:           "under WSL it is /mnt/d/my clips/a.mp4",
		"c:/clips/a.mp4":                "under WSL it is /mnt/c/clips/a.mp4",
		`\\nas\clips\a.mp4`:             "this is a Windows path",
		`%USERPROFILE%\Videos\a.mp4`:    "this is a Windows path",
		"~bob/a.mp4":                    "~bob is not looked up",
		"$CLIPS/a.mp4":                  "$CLIPS is a variable of the shell",
		"${XDG_VIDEOS_DIR}/clips/a.mp4": "$XDG_VIDEOS_DIR is a variable of the shell",
	} {
		for name, parse := range map[string]func() error{
			"a media field":    func() error { _, err := ParseMedia(typed, "/home/ann"); return err },
			"a path by itself": func() error { _, err := ParsePath(typed, "/home/ann"); return err },
		} {
			if err := parse(); err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %q gives %v, want %q", name, typed, err, words)
			}
		}
	}
	for _, typed := range []string{"~/a.csv", "$HOME/a.csv", "~"} {
		if got, err := ParsePath(typed, ""); err == nil {
			t.Errorf("without a home %q is %q", typed, got)
		}
	}
	if got, err := ParsePath(" '~/my table.csv' ", "/home/ann"); err != nil || got != "/home/ann/my table.csv" {
		t.Errorf("ParsePath = %q, %v", got, err)
	}
}

// A path can be read however a terminal quotes it.
func TestQuotedPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.StringMatching(`[a-z'" ()&\\$é]{0,20}[a-z]`).Draw(t, "path")
		single, slashed := "'", ""
		for _, r := range path {
			if r == '\'' {
				single += `'\''`
			} else {
				single += string(r)
			}
			if !(r >= 'a' && r <= 'z' || r == '/' || r == 'é') {
				slashed += `\`
			}
			slashed += string(r)
		}
		for _, typed := range []string{single + "'", slashed} {
			if got, err := ParseMedia(typed, ""); err != nil || got.Path != path {
				t.Fatalf("ParseMedia(%s) = %q, %v; want %q", typed, got.Path, err, path)
			}
		}
	})
}
