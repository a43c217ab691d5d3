package handover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dubtop/api/text"
	"dubtop/state/verdict"
)

// Decision is what a client decided about a file of a hand-over.
type Decision struct {
	ID     string // of the job
	File   text.Text
	SHA256 string // of the file that the client saw
	verdict.Given
	At time.Time // by the client's clock
}

// wireVerdicts is the file that the page saves.
type wireVerdicts struct {
	Format   string
	Version  int
	Verdicts []struct {
		ID, File, SHA256, Verdict, Note string
		At                              time.Time
	}
}

// LargestVerdicts is the largest file of verdicts that is read, in bytes.
const LargestVerdicts = 16 << 20

// ReadVerdicts reads the file that the page of a hand-over saves.
func ReadVerdicts(content []byte) ([]Decision, error) {
	if len(content) > LargestVerdicts {
		return nil, errors.New("this is no file of verdicts: it is larger than 16 MB")
	}
	var file wireVerdicts
	err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &file)
	switch {
	case err != nil && file.Format == "":
		return nil, errors.New("this is no file of verdicts: it should be the verdicts.json that the page of a hand-over saves")
	case err != nil:
		return nil, fmt.Errorf("the file of verdicts is damaged: %s", text.Words(err))
	case file.Format != "dubtop-verdicts":
		return nil, errors.New("this is no file of verdicts: it should be the verdicts.json that the page of a hand-over saves")
	case file.Version != 1:
		return nil, fmt.Errorf("this file of verdicts was made by a newer dubtop (version %d); update dubtop", file.Version)
	}
	decisions := make([]Decision, 0, len(file.Verdicts))
	at := map[string]int{}
	for n, v := range file.Verdicts {
		said, err := verdict.Parse(v.Verdict)
		if err != nil {
			return nil, fmt.Errorf("verdict %d: %w", n+1, err)
		}
		if v.ID == "" {
			return nil, fmt.Errorf("verdict %d names no job", n+1)
		}
		if first, twice := at[v.ID]; twice {
			return nil, fmt.Errorf("verdicts %d and %d are about the same job", first, n+1)
		}
		at[v.ID] = n + 1
		decisions = append(decisions, Decision{
			ID: v.ID, File: text.Of(v.File), SHA256: v.SHA256, Given: verdict.Given{Verdict: said, Note: verdict.Note(v.Note)}, At: v.At,
		})
	}
	return decisions, nil
}
