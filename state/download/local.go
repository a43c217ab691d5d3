package download

// FreeSpace returns how many bytes the user can write in a folder.
func FreeSpace(folder string) (int64, error) { return freeSpace(folder) }

// RenameNew renames a file or a folder, and never replaces another one.
func RenameNew(from, to string) error { return renameNew(from, to) }
