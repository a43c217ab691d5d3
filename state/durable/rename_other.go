//go:build !linux && !darwin

package durable

// RenameNew renames a file or a folder, and never replaces another one.
func RenameNew(from, to string) error { return linkNew(from, to) }
