package ui

import (
	"strconv"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/ui/paint"
)

// request draws one request to a server in one line, and below it why it got no
// answer.
func (m *messages) request(e *api.Exchange, width int, mark paint.Styled) []paint.Styled {
	t := m.app.Theme
	status, tone := requestStatus(e, t)
	at := clock(e.At, m.app.Now)
	left := []paint.Piece{paint.Muted.Of(at + "  "), paint.Normal.Of(paint.Fit(text.Of(e.Method), 6, false, "") + " ")}
	right := []paint.Piece{
		tone.Of(" " + paint.Fit(status, 4, true, "")), paint.Muted.Of(" " + paint.Fit(tookWords(e), 7, true, "")),
		paint.Muted.Of(" " + paint.Fit(bytesText(e.Bytes), 8, true, "") + " "),
	}
	room := width - 3 - paint.Cells(left) - paint.Cells(right)
	if room < 20 { // the sizes are the first to go
		right = right[:1]
		room = width - 3 - paint.Cells(left) - paint.Cells(right)
	}
	left = append(left, paint.Normal.Of(paint.Shorten(e.Where, max(1, room), t.Glyphs.More)))
	lines := []paint.Styled{mark + t.Line(width-2, left, right)}
	if e.Fault != "" {
		for _, l := range paint.Wrap(e.Fault, max(1, width-13)) {
			lines = append(lines, paint.Blank(12)+t.Text(paint.Bad, l))
		}
	}
	return lines
}

// requestStatus returns the status of an answer, or what there is instead.
func requestStatus(e *api.Exchange, t *paint.Theme) (text.Text, paint.Tone) {
	switch {
	case e.Status == 0 && e.Open:
		return t.Glyphs.More, paint.Running
	case e.Status == 0:
		return none, paint.Bad
	case e.Status >= 400:
		return text.Of(strconv.Itoa(e.Status)), paint.Bad
	}
	return text.Of(strconv.Itoa(e.Status)), paint.OK
}

// tookWords formats how long a request took, to the millisecond below a second.
func tookWords(e *api.Exchange) text.Text {
	switch d := e.Took; {
	case d < time.Second:
		return text.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return text.Sprintf("%.1f s", d.Seconds())
	default:
		return span(d)
	}
}

// requestWords is a request in one line of words.
func requestWords(e *api.Exchange) text.Text {
	words := text.Of(e.At.UTC().Format(time.RFC3339)+" "+e.Method) + " " + e.Where
	if e.Status != 0 {
		words += text.Sprintf(" %d", e.Status)
	}
	words += " " + tookWords(e)
	if e.Fault != "" {
		words += ": " + e.Fault
	}
	return words
}
