// Every public header in a program in C++, linked with the library in C.
#include <iostream>
#include <memory>

#include "ardoq/commands.h"
#include "ardoq/list.h"
#include "ardoq/port_posix.h"
#include "ardoq/report.h"

int main()
{
    const auto config = std::make_unique<ardoq_config_t>();
    const auto client = std::make_unique<ardoq_client_t>();
    ardoq_err_t err = ardoq_config_defaults(config.get(), nullptr);
    if (err == ARDOQ_OK) {
        err = ardoq_open(client.get(), config.get());
    }
    std::cout << ardoq_err_name(err) << '\n';
    ardoq_close(client.get());
    return err == ARDOQ_ERR_TOKEN_MISSING ? 0 : 1;
}
