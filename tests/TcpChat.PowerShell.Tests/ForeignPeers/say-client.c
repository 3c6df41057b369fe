/*
 * A client that knows nothing of messages: it sends each line of its standard input without the line's end, and shows what
 * one recv gives. It leaves when its input ends, and says so when the server has gone.
 *
 *     cc -o say-client say-client.c && ./say-client 7000
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static int failed(const char *what)
{
    perror(what);
    return EXIT_FAILURE;
}

static int dial(unsigned short port)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(port)};
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connection >= 0 && connect(connection, (struct sockaddr *)&server, sizeof server) < 0) {
        close(connection);
        return -1;
    }

    return connection;
}

int main(int count, char **arguments)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int connection;

    if (count != 2) {
        fprintf(stderr, "usage: %s port\n", arguments[0]);
        return EXIT_FAILURE;
    }

    connection = dial((unsigned short)atoi(arguments[1]));
    if (connection < 0) {
        return failed("connect");
    }

    /* Whoever reads us by a pipe sees each line at once. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((length = getline(&line, &room, stdin)) >= 0) {
        char answer[1024];
        ssize_t received;

        if (length > 0 && line[length - 1] == '\n') {
            length--;
        }

        if (send(connection, line, (size_t)length, MSG_NOSIGNAL) < 0) {
            perror("send");
        }

        received = recv(connection, answer, sizeof answer, 0);
        if (received < 0) {
            return failed("recv");
        }

        if (received == 0) {
            printf(" server shutdown!\n");
            break;
        }

        printf("server say:%.*s\n", (int)received, answer);
    }

    free(line);
    close(connection);
    return EXIT_SUCCESS;
}
