// Command dubtop is a terminal dashboard for the Sync Labs lip-sync API.
package main

func main() {}
