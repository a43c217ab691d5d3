package journal

import (
	"path/filepath"
	"strings"
	"testing"

	"dubtop/state/output"
)

// carriedWith are the tables whose rows are carried with what they mean.
func carriedWith() []string {
	return []string{"generations", "batches", "seen", "labels", "sets", "members", "settings", "takes", "intents", "drafts"}
}

// notCarried are tables that a joined journal loses, and why.
func notCarried() map[string]string {
	return map[string]string{
		"meta":            "it is about the file",
		"submissions":     "a journal that has some that may have cost money is not joined",
		"transitions":     "they are of submissions",
		"queue":           "it is of submissions",
		"digests":         "they are of submissions",
		"undigested":      "they are of submissions",
		"ledger":          "a journal that has one is not joined",
		"ledger_head":     "it is of the ledger",
		"ledger_sums":     "they are of the ledger",
		"contents":        "they are read from the files again",
		"uploads":         "an upload costs nothing, and may be under way",
		"usage_walk":      "the reading goes on where the other journal is",
		"names":           "the server tells them again",
		"sqlite_sequence": "it is of SQLite",
	}
}

// ownColumns are columns of plain tables that are left out, and why.
func ownColumns() map[string]string {
	return map[string]string{
		"verdicts.seq": "a number of the journal", "saved_files.seq": "a number of the journal", "usage.seq": "a number of the journal",
		"saving.owner": "a process that has the joined journal open", "usage.again": "it is read again at once",
	}
}

// Whoever adds a table or a column decides whether it is carried.
func TestEveryTableIsCarriedOrNamed(t *testing.T) {
	j := opened(t, journalPath(t))
	decided := map[string]int{}
	for _, table := range carriedWith() {
		decided[table]++
	}
	for table := range plain() {
		decided[table]++
	}
	for table := range notCarried() {
		decided[table]++
	}
	there := map[string]bool{}
	fine(t, j.pairs(t.Context(), "SELECT name, '' FROM sqlite_master WHERE type = 'table'", func(table, _ string) { there[table] = true }))
	for table := range there {
		if decided[table] != 1 {
			t.Errorf("the table %s is decided %d times: carry it, or say why not", table, decided[table])
		}
	}
	for table := range decided {
		if !there[table] {
			t.Errorf("there is no table %s", table)
		}
	}
	for table, columns := range plain() {
		carried := map[string]bool{}
		for _, c := range strings.Split(columns, ", ") {
			carried[c] = true
		}
		for _, c := range columnsOf(t, j, table) {
			if why := ownColumns()[table+"."+c.name]; carried[c.name] == (why != "") {
				t.Errorf("the column %s of %s is carried or named, not both or neither", c.name, table)
			}
		}
	}
}

type column struct{ name, kind string }

func columnsOf(t *testing.T, j *Journal, table string) (all []column) {
	t.Helper()
	fine(t, j.pairs(t.Context(), "SELECT name, type FROM pragma_table_info('"+table+"')", func(name, kind string) { all = append(all, column{name, kind}) }))
	return all
}

// Rows of plain tables arrive as they are, once, and do not replace others.
func TestPlainRowsAreCarriedAsTheyAre(t *testing.T) {
	from, to := opened(t, filepath.Join(t.TempDir(), "from.db")), opened(t, filepath.Join(t.TempDir(), "to.db"))
	rows := func(j *Journal, table string) (all []string) {
		t.Helper()
		fine(t, j.pairs(t.Context(), "SELECT concat_ws('|', "+plain()[table]+"), '' FROM "+table+" ORDER BY 1", func(row, _ string) { all = append(all, row) }))
		return all
	}
	put := func(j *Journal, table, id, rest string) {
		t.Helper()
		var names, values []string
		for _, c := range columnsOf(t, j, table) {
			value := map[string]string{"TEXT": "'" + rest + "'", "INTEGER": "1"}[c.kind]
			switch c.name {
			case "id", "job":
				value = "'" + id + "'"
			case "kind", "batch": // of the key
				value = "'one'"
			case "seq":
				continue
			}
			names, values = append(names, c.name), append(values, value)
		}
		_, err := j.db.ExecContext(t.Context(), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(values, ", ")+")")
		fine(t, err)
	}
	for table := range plain() {
		put(from, table, "new", "theirs")
		put(from, table, "known", "theirs")
		put(to, table, "known", "ours")
	}
	want := map[string][]string{}
	for table := range plain() {
		want[table] = append(rows(to, table), rows(from, table)[1])
	}
	for range 2 {
		fine(t, carry(t.Context(), from, to))
	}
	for table := range plain() {
		if got := rows(to, table); strings.Join(got, "\n") != strings.Join(want[table], "\n") {
			t.Errorf("%s has\n%s\nwant\n%s", table, strings.Join(got, "\n"), strings.Join(want[table], "\n"))
		}
	}
}

// What the user gave up is not saved after a join either.
func TestDroppedFilesStayDroppedAfterAJoin(t *testing.T) {
	from, to := opened(t, filepath.Join(t.TempDir(), "from.db")), opened(t, filepath.Join(t.TempDir(), "to.db"))
	w := wish("a")
	w.Automatic = true
	wished(t, from, w)
	fine(t, from.DropFiles(t.Context(), []output.Want{w.Want}))
	fine(t, carry(t.Context(), from, to))
	if n := wished(t, to, w); n != 0 {
		t.Error("it is saved")
	}
}

// Tables longer than a page arrive whole.
func TestLongTablesAreCarriedWhole(t *testing.T) {
	from, to := opened(t, filepath.Join(t.TempDir(), "from.db")), opened(t, filepath.Join(t.TempDir(), "to.db"))
	const count = 2*carriedAtOnce + 1
	_, err := from.db.ExecContext(t.Context(), "INSERT INTO hidden WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'job' || i FROM n", count)
	fine(t, err)
	fine(t, carry(t.Context(), from, to))
	if ids, err := to.Hidden(t.Context()); err != nil || len(ids) != count {
		t.Errorf("%d of %d, %v", len(ids), count, err)
	}
}
