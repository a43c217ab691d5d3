package handover

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"dubtop/api/text"
	"dubtop/state/durable"
	"dubtop/state/sheet"
	"dubtop/ui/review/page"
)

// paper is a file that is made beside the saved ones.
type paper struct {
	name    string
	content []byte
}

// generator marks pages of ours.
const generator = `<meta name="generator" content="dubtop">`

// papers returns manifest, page and checksums.
func (m *making) papers() ([]paper, error) {
	manifest := paper{Manifest, m.manifest()}
	content, err := page.Offline(m.data())
	if err != nil {
		return nil, err
	}
	html := paper{Page, content}
	var sums strings.Builder
	for n := range m.parts {
		sums.WriteString(durable.ChecksumLine(m.parts[n].sum, m.parts[n].name))
	}
	for _, p := range []paper{manifest, html} {
		sum := sha256.Sum256(p.content)
		sums.WriteString(durable.ChecksumLine(hex.EncodeToString(sum[:]), p.name))
	}
	return []paper{manifest, {Sums, []byte(sums.String())}, html}, nil
}

// manifest returns the table of the files. It begins with a byte order mark, so
// that Excel reads it as UTF-8.
func (m *making) manifest() []byte {
	head := []string{"file", "name", "label", "language", "length_seconds", "size_bytes", "sha256", "model"}
	if m.Costs {
		head = append(head, "cost_usd")
	}
	rows := [][]string{head}
	for n := range m.parts {
		p := &m.parts[n]
		row := []string{
			sheet.Cell(text.Of(p.name)), sheet.Cell(p.Name), sheet.Cell(p.Label), sheet.Cell(p.Language),
			seconds(p.Seconds), strconv.FormatInt(p.size, 10), p.sum, sheet.Cell(p.Model),
		}
		if m.Costs {
			row = append(row, p.dollars())
		}
		rows = append(rows, row)
	}
	return append([]byte("\ufeff"), sheet.CSV(rows)...)
}

func seconds(s float64) string {
	if s <= 0 {
		return ""
	}
	return strconv.FormatFloat(s, 'f', 3, 64)
}

// dollars is the cost as a plain number, "" if it is unknown.
func (p *part) dollars() string {
	if p.Cost == nil {
		return ""
	}
	return p.Cost.Decimal()
}

// data returns the content of the page: everything that plays. Of several files
// of a job, the first takes the verdict.
func (m *making) data() page.Data {
	d := page.Data{Title: m.Title, Keep: m.keep()}
	judged := map[string]bool{}
	for n := range m.parts {
		p := &m.parts[n]
		if !plays(p.name) {
			continue
		}
		file := text.Of(p.name)
		name := p.Name
		if name == "" {
			name = file
		}
		side := page.Side{Name: file, File: file, Src: address(p.name), SHA256: p.sum, Facts: m.facts(p)}
		if !judged[p.ID] {
			side.ID, judged[p.ID] = p.ID, true
		}
		d.Items = append(d.Items, page.Item{Name: name, Sides: []page.Side{side}})
	}
	return d
}

// keep names the hand-over in the client's browser, so that the same files keep
// their verdicts.
func (m *making) keep() string {
	h := sha256.New()
	for n := range m.parts {
		fmt.Fprintln(h, m.parts[n].ID, m.parts[n].sum)
	}
	return "dubtop-handover-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// facts returns the facts about a file for the page.
func (m *making) facts(p *part) []page.Fact {
	var facts []page.Fact
	add := func(label, value text.Text) {
		if value != "" {
			facts = append(facts, page.Fact{Label: label, Value: value})
		}
	}
	if p.Seconds > 0 {
		add("length", text.Sprintf("%d:%02d", int(p.Seconds+0.5)/60, int(p.Seconds+0.5)%60))
	}
	add("language", p.Language)
	add("label", p.Label)
	add("model", p.Model)
	add("size", text.Bytes(p.size))
	if m.Costs && p.Cost != nil {
		add("cost", text.Of(p.Cost.String()))
	}
	return facts
}

// plays reports whether a browser may play a file of this name.
func plays(name string) bool {
	playable := []string{".mp4", ".m4v", ".mov", ".webm", ".mkv", ".wav", ".mp3", ".m4a", ".ogg", ".flac"}
	return slices.Contains(playable, strings.ToLower(path.Ext(name)))
}

// address returns the relative URL of a name, byte for byte.
func address(name string) string {
	parts := strings.Split(name, "/")
	for n := range parts {
		parts[n] = url.PathEscape(parts[n])
	}
	return "./" + strings.Join(parts, "/")
}
