package draft

import (
	"bytes"
	"encoding/json"
	"fmt"

	"dubtop/api"
)

// BatchText writes one line of a batch file. body is the JSON of the request,
// id names the line.
func BatchText(id string, body []byte) ([]byte, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		ID       string          `json:"request_id"`
		Endpoint string          `json:"endpoint"`
		Payload  json.RawMessage `json:"payload"`
	}{id, "/v2/generate", body})
	if err != nil {
		return nil, fmt.Errorf("the line can't be written: %w", err)
	}
	return line.Bytes(), nil
}

// CutBatch divides lines of the given sizes in bytes into as few batches as the
// API's limits allow, as equal as possible, and returns the number of lines of
// each. The error says why they are no batches.
func CutBatch(sizes []int) (parts []int, err error) {
	n := len(sizes)
	if n < api.BatchMinLines {
		return nil, fmt.Errorf("a batch takes at least %d jobs", api.BatchMinLines)
	}
	for k := (n + api.BatchMaxLines - 1) / api.BatchMaxLines; n/k >= api.BatchMinLines; k++ {
		parts = parts[:0]
		for i := range k {
			parts = append(parts, n/k)
			if i < n%k {
				parts[i]++
			}
		}
		if largest(sizes, parts) <= api.BatchMaxBytes {
			return parts, nil
		}
	}
	return nil, fmt.Errorf("the requests are too large: %d of them come to more than %d MB", api.BatchMinLines, api.BatchMaxBytes>>20)
}

// largest is the size of the largest part.
func largest(sizes, parts []int) (most int) {
	for _, lines := range parts {
		size := 0
		for _, n := range sizes[:lines] {
			size += n
		}
		most, sizes = max(most, size), sizes[lines:]
	}
	return most
}
