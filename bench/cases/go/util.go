package util

import (
	"errors"
	"sort"
	"strings"
)

func Reverse(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

func Max(values []int) (int, error) {
	if len(values) == 0 {
		return 0, errors.New("no values")
	}
	best := values[0]
	for _, v := range values[1:] {
		if v > best {
			best = v
		}
	}
	return best, nil
}

func Contains(values []string, wanted string) bool {
	for _, v := range values {
		if v == wanted {
			return true
		}
	}
	return false
}

func WordCount(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(text) {
		counts[strings.ToLower(word)]++
	}
	return counts
}

func Filter(values []int, keep func(int) bool) []int {
	var out []int
	for _, v := range values {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

func SortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func Abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func Factorial(n int) (int, error) {
	if n < 0 {
		return 0, errors.New("negative")
	}
	result := 1
	for i := 2; i <= n; i++ {
		result *= i
	}
	return result, nil
}

func Dedupe(values []int) []int {
	seen := make(map[int]bool)
	out := values[:0:0]
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

type Stack struct {
	items []int
}

func (s *Stack) Push(v int) {
	s.items = append(s.items, v)
}

func (s *Stack) Pop() (int, bool) {
	if len(s.items) == 0 {
		return 0, false
	}
	last := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return last, true
}

func (s *Stack) Len() int {
	return len(s.items)
}

func ParseBool(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "1", "on":
		return true, nil
	case "false", "no", "0", "off":
		return false, nil
	}
	return false, errors.New("not a boolean: " + text)
}

func Average(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(len(values))
}

func Chunk(values []int, size int) [][]int {
	var out [][]int
	for size > 0 && len(values) > 0 {
		n := size
		if n > len(values) {
			n = len(values)
		}
		out = append(out, values[:n])
		values = values[n:]
	}
	return out
}
