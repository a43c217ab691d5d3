package page

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// colours returns the colours of the style sheet, for light and dark.
func colours(t *testing.T) [2]map[string]string {
	t.Helper()
	light, dark, found := strings.Cut(string(read("page.css")), "prefers-color-scheme: dark")
	if !found {
		t.Fatal("there are no dark colours")
	}
	var out [2]map[string]string
	for n, css := range []string{light, dark} {
		out[n] = map[string]string{}
		for _, c := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(css, -1) {
			out[n][c[1]] = c[2]
		}
	}
	return out
}

// luminance is how bright a colour is.
// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	of := func(c uint64) float64 {
		s := float64(c&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*of(n>>16) + 0.7152*of(n>>8) + 0.0722*of(n)
}

func TestTextAndControlsHaveContrast(t *testing.T) {
	for n, c := range colours(t) {
		for pair, least := range map[string]float64{
			"ink paper": 7, "ink card": 7, "muted paper": 4.5, "muted card": 4.5, "on-accent accent": 4.5, "accent card": 4.5,
			"ok card": 4.5, "bad card": 4.5, "bad paper": 4.5, "ok ok-soft": 4.5, "bad bad-soft": 4.5,
			"line card": 3, "line paper": 3, "accent paper": 3,
		} {
			over, under, _ := strings.Cut(pair, " ")
			a, b := luminance(t, c[over]), luminance(t, c[under])
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < least {
				t.Errorf("%s, %s: %.2f, less than %g", []string{"light", "dark"}[n], pair, got, least)
			}
		}
	}
}

// What the policy allows must be what is there, and nothing may leave the page.
func TestThePageNeedsNothingElse(t *testing.T) {
	offline, err := Offline(Data{Title: "</title><script>{{head}}{{foot}}"})
	if err != nil {
		t.Fatal(err)
	}
	for name, html := range map[string]string{"live": string(Live()), "offline": string(offline)} {
		for _, wrong := range []string{"http://", "https://", "//cdn", " onclick", " style=", "javascript:", "unsafe", "{{"} {
			if strings.Contains(strings.ReplaceAll(html, "{{head}}{{foot}}", ""), wrong) {
				t.Errorf("%s has %q", name, wrong)
			}
		}
	}
	if n := strings.Count(string(offline), "<script"); n != 2 {
		t.Errorf("%d scripts", n)
	}
	for _, script := range []string{"sync.js", "kept.js", "page.js"} {
		if content, _ := Asset(script); strings.Contains(string(content), "</script") || strings.Contains(string(content), "innerHTML") {
			t.Errorf("%s writes markup", script)
		}
	}
	if content, _ := Asset("page.go"); content != nil {
		t.Error("the source is served")
	}
}

func ExampleOffline() {
	html, _ := Offline(Data{Title: "Acme", Items: []Item{{Name: "<b>"}}})
	_, data, _ := strings.Cut(string(html), `id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	fmt.Println(data)
	// Output: {"title":"Acme","items":[{"name":"\u003cb\u003e","sides":null}]}
}
