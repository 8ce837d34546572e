#pragma once

#include "server/commands/command_table.hpp"

/// One function for each verb, named after it, in the file of its group. The rows of
/// command_table.cpp say what has been checked before a handler runs.
namespace objftpd::server::commands {

// access.cpp: who is there
awaitable<reply> user(session&, std::string);
awaitable<reply> pass(session&, std::string);
awaitable<reply> acct(session&, std::string);
awaitable<reply> rein(session&, std::string);
awaitable<reply> quit(session&, std::string);
awaitable<reply> host(session&, std::string);

// security.cpp: what protects the connections
awaitable<reply> auth(session&, std::string);
awaitable<reply> pbsz(session&, std::string);
awaitable<reply> prot(session&, std::string);
awaitable<reply> ccc(session&, std::string);

// data.cpp: where and how data flow
awaitable<reply> port(session&, std::string);
awaitable<reply> eprt(session&, std::string);
awaitable<reply> pasv(session&, std::string);
awaitable<reply> epsv(session&, std::string);
awaitable<reply> type(session&, std::string);
awaitable<reply> stru(session&, std::string);
awaitable<reply> mode(session&, std::string);
awaitable<reply> rest(session&, std::string);
awaitable<reply> allo(session&, std::string);

// transfer.cpp
awaitable<reply> retr(session&, std::string);
awaitable<reply> stor(session&, std::string);
awaitable<reply> stou(session&, std::string);
awaitable<reply> appe(session&, std::string);
awaitable<reply> abor(session&, std::string);

// files.cpp: the working directory, files and directories
awaitable<reply> cwd(session&, std::string);
awaitable<reply> cdup(session&, std::string);
awaitable<reply> pwd(session&, std::string);
awaitable<reply> mkd(session&, std::string);
awaitable<reply> rmd(session&, std::string);
awaitable<reply> dele(session&, std::string);
awaitable<reply> rnfr(session&, std::string);
awaitable<reply> rnto(session&, std::string);

// attributes.cpp: size, times, checksums, space
awaitable<reply> size(session&, std::string);
awaitable<reply> mdtm(session&, std::string);
awaitable<reply> mfmt(session&, std::string);
awaitable<reply> avbl(session&, std::string);
awaitable<reply> hash(session&, std::string);
awaitable<reply> xcrc(session&, std::string);
awaitable<reply> xmd5(session&, std::string);
awaitable<reply> xsha1(session&, std::string);
awaitable<reply> xsha256(session&, std::string);
awaitable<reply> xsha512(session&, std::string);

// listing.cpp
awaitable<reply> list(session&, std::string);
awaitable<reply> nlst(session&, std::string);
awaitable<reply> mlsd(session&, std::string);
awaitable<reply> mlst(session&, std::string);
awaitable<reply> stat(session&, std::string);

// misc.cpp
awaitable<reply> syst(session&, std::string);
awaitable<reply> feat(session&, std::string);
awaitable<reply> help(session&, std::string);
awaitable<reply> opts(session&, std::string);
awaitable<reply> noop(session&, std::string);
awaitable<reply> clnt(session&, std::string);
awaitable<reply> smnt(session&, std::string);

// site.cpp
awaitable<reply> site(session&, std::string);

} // namespace objftpd::server::commands
