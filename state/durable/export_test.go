package durable

// LinkNew is the way without renameat2.
var LinkNew = linkNew

// RenameUnlessThere is the way without links.
var RenameUnlessThere = renameUnlessThere
