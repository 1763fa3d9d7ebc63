// The till: what came in, day by day.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

struct Sale {
    std::string day;
    std::int64_t cents;
};

std::map<std::string, std::int64_t> totals_by_day(const std::vector<Sale>& sales) {
    std::map<std::string, std::int64_t> totals;
    for (const auto& sale : sales) {
        totals[sale.day] += sale.cents;
    }
    return totals;
}

template <typename T>
T median(std::vector<T> values) {
    for (std::size_t i = 1; i < values.size(); ++i) {
        for (std::size_t j = i; j > 0 && values[j - 1] > values[j]; --j) {
            std::swap(values[j - 1], values[j]);
        }
    }
    return values.at(values.size() / 2);
}
