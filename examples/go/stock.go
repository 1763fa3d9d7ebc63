// Package stock keeps count of what is on the shelves.
package stock

import (
	"errors"
	"sync"
)

var ErrSoldOut = errors.New("stock: sold out")

type Shelf struct {
	mu     sync.Mutex
	copies map[string]int
}

func NewShelf() *Shelf {
	return &Shelf{copies: make(map[string]int)}
}

func (s *Shelf) Put(title string, copies int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copies[title] += copies
}

func (s *Shelf) Take(title string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.copies[title] == 0 {
		return ErrSoldOut
	}
	s.copies[title]--
	return nil
}
