// Package page is the web page that shows videos side by side: served by package
// review, or as one file that works offline, in a hand-over.
//
// It knows HTML, styles and scripts. It never reads or serves a video, and the
// page asks no other origin for anything.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"slices"
	"strings"

	"dubtop/api/text"
	"dubtop/state/verdict"
)

//go:embed page.html page.css sync.js kept.js page.js
var files embed.FS

// Data is the content of the page.
type Data struct {
	Title text.Text `json:"title,omitempty"`
	Begin int       `json:"begin,omitempty"` // the item shown first
	Items []Item    `json:"items"`
	// Keep names the hand-over, offline: verdicts are kept in the browser under
	// this name, and saved as a file.
	Keep     string `json:"keep,omitempty"`
	ReadOnly bool   `json:"readOnly,omitempty"` // takes no verdicts
}

// Item is a screenful of the page: one or two videos.
type Item struct {
	Name  text.Text `json:"name"`
	Facts []Fact    `json:"facts,omitempty"`
	Sides []Side    `json:"sides"` // one or two
	Heard int       `json:"heard,omitempty"`
}

// Side is a video with the words below it.
type Side struct {
	ID      string          `json:"id,omitempty"` // "" takes no verdict
	Name    text.Text       `json:"name"`
	Facts   []Fact          `json:"facts,omitempty"`
	Src     string          `json:"src"`              // relative URL
	File    text.Text       `json:"file,omitempty"`   // name in a hand-over
	SHA256  string          `json:"sha256,omitempty"` // of that file
	Verdict verdict.Verdict `json:"verdict,omitempty"`
	Note    text.Text       `json:"note,omitempty"`
}

// Fact is a line below a video.
type Fact struct {
	Label text.Text `json:"label"`
	Value text.Text `json:"value"`
}

// policy is the Content-Security-Policy but for scripts and styles.
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "

// LivePolicy is the Content-Security-Policy of the served page.
const LivePolicy = policy + "script-src 'self'; style-src 'self'; media-src 'self'; connect-src 'self'; frame-ancestors 'none'"

// Live returns the page that gets its data from its server.
func Live() []byte {
	return fill("Review · dubtop", `<link rel="stylesheet" href="page.css">`, `<script src="sync.js"></script><script src="kept.js"></script><script src="page.js"></script>`)
}

// Offline returns the page with everything in it.
func Offline(d Data) ([]byte, error) {
	data, err := json.Marshal(d) // with < > & escaped, so that no text ends the script
	if err != nil {
		return nil, err
	}
	style := read("page.css")
	script := slices.Concat(read("sync.js"), read("kept.js"), read("page.js"))
	csp := policy + "script-src " + hash(script) + "; style-src " + hash(style) + "; media-src 'self' file:"
	head := `<meta http-equiv="Content-Security-Policy" content="` + csp + `">` + "\n<style>" + string(style) + "</style>"
	foot := `<script type="application/json" id="data">` + string(data) + "</script>\n<script>" + string(script) + "</script>"
	return fill(string(d.Title), head, foot), nil
}

// Asset returns a part of the served page and its type, nil if there is none of
// this name.
func Asset(name string) (content []byte, kind string) {
	switch name {
	case "page.css":
		return read(name), "text/css; charset=utf-8"
	case "sync.js", "kept.js", "page.js":
		return read(name), "text/javascript; charset=utf-8"
	}
	return nil, ""
}

// fill puts title, head and foot into the skeleton.
func fill(title, head, foot string) []byte {
	put := strings.NewReplacer("{{title}}", html.EscapeString(title), "{{head}}", head, "{{foot}}", foot)
	return []byte(put.Replace(string(read("page.html"))))
}

// hash returns the source of a Content-Security-Policy that allows one inline
// script or style.
func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// read returns an embedded file.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return b
}
