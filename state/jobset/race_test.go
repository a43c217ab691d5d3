//go:build race

package jobset_test

const raced = true
