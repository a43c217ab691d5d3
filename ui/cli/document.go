package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"syscall"

	"github.com/spf13/cobra"
)

// write writes the whole output at once.
func write(c *cobra.Command, text []byte) error {
	_, err := c.OutOrStdout().Write(text)
	return unwritten(err)
}

// unwritten explains why output could not be written. That its reader has gone is
// nothing to say: it has read enough.
func unwritten(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE):
		return &Failure{Status: StatusPipe, Code: "output"}
	}
	return &Failure{Status: StatusError, Code: "output", Err: fmt.Errorf("the output could not be written: %w", err)}
}

// items is the document of a list.
type items struct {
	Items any `json:"items"`
}

// writeJSON writes a struct, or those of its members that --json asks for, as one
// indented JSON document. A slice becomes its "items".
func writeJSON(c *cobra.Command, document any) error {
	if reflect.TypeOf(document).Kind() == reflect.Slice {
		document = items{document}
	}
	b, err := encoded(document)
	if err != nil {
		return err
	}
	if flag := c.Flags().Lookup("json"); flag != nil {
		if f, ok := flag.Value.(*jsonFlag); ok && f.chosen != nil {
			if b, err = f.choose(b); err != nil {
				return outputFailed(err)
			}
			var lines bytes.Buffer
			if err := json.Indent(&lines, b, "", "  "); err != nil {
				return outputFailed(err)
			}
			b = append(lines.Bytes(), '\n')
		}
	}
	return write(c, versioned(b, "\n  ", " "))
}

// jsonLine returns an object as a line of JSON lines.
func jsonLine(object any) ([]byte, error) {
	var b bytes.Buffer
	if err := encode(&b, object, ""); err != nil {
		return nil, err
	}
	return versioned(b.Bytes(), "", ""), nil
}

// versioned puts the version of the shape first in an object.
func versioned(object []byte, before, between string) []byte {
	out := fmt.Appendf(nil, "{%s\"version\":%s%d", before, between, shape)
	rest := object[len("{"):]
	if rest[0] != '}' {
		out = append(out, ',')
	}
	return append(out, rest...)
}

// encoded encodes a value as indented JSON.
func encoded(value any) ([]byte, error) {
	var b bytes.Buffer
	err := encode(&b, value, "  ")
	return b.Bytes(), err
}

// encode encodes a value as JSON.
func encode(b *bytes.Buffer, value any, indent string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return outputFailed(e.Encode(value))
}

func outputFailed(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Status: StatusError, Code: "output", Err: err}
}
