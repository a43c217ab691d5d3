package ui_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// Every list is exported whole, as its filter shows it, with formulas disarmed.
func TestListsAreExported(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	st := stage{account: simulator.Options{Profile: simulator.Current, Plan: simulator.Scale}, config: func(c *ui.Config) { c.Home = home }}
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("t")
		s.Type("=1+1")
		s.Press("enter")
		s.Press("/")
		s.Type("model:react-1")
		s.Press("enter", "E")
		s.Sees("export to: ~/dubtop-generations-2026-11-20.csv")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("rows written to")
		rows := s.exported(filepath.Join(home, "dubtop-generations-2026-11-20.csv"))
		formulas := 0
		for _, r := range rows[1:] {
			if r[2] != "react-1" {
				t.Errorf("not what the filter shows: %v", r)
			}
			if r[4] == "'=1+1" {
				formulas++
			}
		}
		if len(rows) < 5 || rows[0][0] != "id" || formulas != 1 {
			t.Errorf("%d rows, %d formulas, titles %v", len(rows), formulas, rows[0])
		}
		for key, name := range map[string]string{"2": "batches", "3": "assets", "4": "models"} {
			s.Press(key)
			s.Pass(2 * time.Second)
			s.Press("E", "enter")
			s.Pass(time.Second)
			if rows := s.exported(filepath.Join(home, "dubtop-"+name+"-2026-11-20.csv")); len(rows) < 2 {
				t.Errorf("%s: %v", name, rows)
			}
		}
	})
}

func (s *story) exported(path string) [][]string {
	s.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}
