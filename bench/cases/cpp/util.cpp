#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

int add_saturating(int a, int b, int limit) {
    int sum = a + b;
    return sum > limit ? limit : sum;
}

bool is_palindrome(const std::string& text) {
    std::size_t i = 0;
    std::size_t j = text.size();
    while (i < j) {
        --j;
        if (text[i] != text[j]) {
            return false;
        }
        ++i;
    }
    return true;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::string part;
    for (char c : text) {
        if (c == separator) {
            parts.push_back(part);
            part.clear();
        } else {
            part += c;
        }
    }
    parts.push_back(part);
    return parts;
}

std::string trim(const std::string& text) {
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (begin < end && std::isspace(static_cast<unsigned char>(text[begin]))) {
        ++begin;
    }
    while (end > begin && std::isspace(static_cast<unsigned char>(text[end - 1]))) {
        --end;
    }
    return text.substr(begin, end - begin);
}

template <typename T>
std::optional<std::size_t> index_of(const std::vector<T>& values, const T& wanted) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] == wanted) {
            return i;
        }
    }
    return std::nullopt;
}

long long power(long long base, unsigned exponent) {
    long long result = 1;
    while (exponent > 0) {
        if (exponent & 1u) {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    return result;
}

std::map<char, int> letter_counts(const std::string& text) {
    std::map<char, int> counts;
    for (char c : text) {
        if (std::isalpha(static_cast<unsigned char>(c))) {
            ++counts[static_cast<char>(std::tolower(static_cast<unsigned char>(c)))];
        }
    }
    return counts;
}

double average(const std::vector<double>& values) {
    if (values.empty()) {
        throw std::invalid_argument("no values");
    }
    double total = 0;
    for (double v : values) {
        total += v;
    }
    return total / static_cast<double>(values.size());
}

class RingBuffer {
public:
    explicit RingBuffer(std::size_t capacity) : items_(capacity) {}

    bool push(int value) {
        if (size_ == items_.size()) {
            return false;
        }
        items_[(head_ + size_) % items_.size()] = value;
        ++size_;
        return true;
    }

    std::optional<int> pop() {
        if (size_ == 0) {
            return std::nullopt;
        }
        int value = items_[head_];
        head_ = (head_ + 1) % items_.size();
        --size_;
        return value;
    }

    std::size_t size() const { return size_; }

private:
    std::vector<int> items_;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

std::vector<int> primes_below(int limit) {
    std::vector<bool> composite(static_cast<std::size_t>(std::max(limit, 0)), false);
    std::vector<int> primes;
    for (int n = 2; n < limit; ++n) {
        if (composite[static_cast<std::size_t>(n)]) {
            continue;
        }
        primes.push_back(n);
        for (long long m = 1LL * n * n; m < limit; m += n) {
            composite[static_cast<std::size_t>(m)] = true;
        }
    }
    return primes;
}

int count_set_bits(unsigned value) {
    int count = 0;
    while (value) {
        value &= value - 1;
        ++count;
    }
    return count;
}

std::string repeat(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}
